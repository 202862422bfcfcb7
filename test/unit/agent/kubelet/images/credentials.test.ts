/** Cases of upstream's pkg/credentialprovider/keyring_test.go, in our words. */
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../../agent/api/glob.ts';
import type { Secret } from '../../../../../agent/api/types.ts';
import { credentialsFor } from '../../../../../agent/kubelet/images/credentials.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = (type: string, key: string, document: unknown, name = 'pull'): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' },
  type: `kubernetes.io/${type}`,
  data: { [key]: base64(typeof document === 'string' ? document : JSON.stringify(document)) },
});
const json = (auths: object, name?: string): Secret => secret('dockerconfigjson', '.dockerconfigjson', { auths }, name);
const user = (username: string) => ({ auth: base64(`${username}:secret`) });
const usersFor = (repository: string, ...secrets: Secret[]): string[] =>
  credentialsFor(repository, secrets).map(({ username }) => username);

describe('a location of a credential', () => {
  it.each([
    ['quay.io', 'quay.io/a/b', true],
    ['https://quay.io', 'quay.io/a/b', true],
    ['http://quay.io/', 'quay.io/a', true],
    ['https://quay.io/v1/', 'quay.io/a', true],
    ['https://quay.io/v2/', 'quay.io/a', true],
    ['quay.io/team', 'quay.io/team/app', true],
    ['quay.io/team', 'quay.io/other/app', false],
    ['quay.io', 'quay.io:5000/a', false],
    ['quay.io:5000', 'quay.io:5000/a', true],
    ['quay.io:5000', 'quay.io/a', false],
    ['*.example.com', 'eu.example.com/a', true],
    ['*.example.com', 'a.eu.example.com/a', false],
    ['*.example.com', 'example.com/a', false],
    ['*.*.example.com', 'a.eu.example.com/a', true],
    ['r?.example.com', 'r1.example.com/a', true],
    ['prefix.*.com', 'prefix.example.com/a', true],
    ['*-good.example.com', 'bad-url.example.com/a', false],
    ['*.example.com/team', 'eu.example.com/team/x', true],
    ['*.example.com/team', 'eu.example.com/else/x', false],
    ['[invalid', 'i/a', false],
    ['127.0.0.1:5000', '127.0.0.1:5000/a', true],
  ])('%s for %s: %s', (location, repository, fits) => {
    expect(usersFor(repository, json({ [location]: user('u') }))).toEqual(fits ? ['u'] : []);
  });

  it.each(['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'https://docker.io'])(
    '%s is that of Docker Hub',
    (location) => {
      const given = json({ [location]: user('hub') });
      expect(usersFor('docker.io/library/nginx', given)).toEqual(['hub']);
      expect(usersFor('quay.io/library/nginx', given)).toEqual([]);
    },
  );
});

describe('the credentials of an image', () => {
  it('are tried from the most specific location to the least, those of one location in the order of the secrets', () => {
    const first = json({ 'quay.io': user('all'), 'quay.io/team/app': user('app'), 'quay.io/team': user('team') });
    const second = json({ 'quay.io/team': user('second'), 'other.io': user('no') }, 'second');
    expect(usersFor('quay.io/team/app', first, second)).toEqual(['app', 'team', 'second', 'all']);
  });

  it('come from secrets of either format, as one string or as two', () => {
    const old = secret('dockercfg', '.dockercfg', { 'quay.io': { username: 'old', password: 'p:w' } });
    expect(credentialsFor('quay.io/a', [old])).toMatchObject([
      { username: 'old', password: 'p:w', source: { name: 'pull', namespace: 'default', uid: 'uid-pull' } },
    ]);
    const colons = json({ 'quay.io': { auth: base64('u:p:w') } });
    expect(credentialsFor('quay.io/a', [colons])).toMatchObject([{ username: 'u', password: 'p:w' }]);
  });

  it('do not come from secrets of other types', () => {
    expect(
      usersFor('quay.io/a', secret('basic-auth', '.dockerconfigjson', { auths: { 'quay.io': user('u') } })),
    ).toEqual([]);
  });

  it('cannot be read from a malformed secret', () => {
    expect(() => credentialsFor('quay.io/a', [json({ 'quay.io': { auth: base64('nobody') } })])).toThrow(
      'unable to parse auth field, must be formatted as base64(username:password)',
    );
    expect(() => credentialsFor('quay.io/a', [secret('dockercfg', '.dockercfg', '{')])).toThrow();
  });

  it('are known again in another secret by their hash, which is not the password', () => {
    const given = [json({ 'quay.io': user('u') }), json({ 'quay.io': user('u') }, 'copy')];
    const [one, copy] = credentialsFor('quay.io/a', given);
    expect(one?.hash).toBe(copy?.hash);
    expect(one?.hash).not.toContain('secret');
  });
});

it.each([
  ['*', '', true],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbb', false],
  ['**', 'x', true],
  ['?', '', false],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['[]a]x', ']x', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['[a-', 'a', false],
  ['\\', '\\', false],
  [`${'*a'.repeat(30)}b`, 'a'.repeat(5000), false],
])('the pattern %s matches %s: %s', (pattern, text, fits) => {
  expect(matchesGlob(pattern, text)).toBe(fits);
});
