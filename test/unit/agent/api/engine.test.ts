import { describe, expect, test } from 'vitest';
import { dependentsIn, engineKind, isOlder, resized, statusOf } from '../../../../agent/api/engine.ts';

/** As dockerode hands over what the engine refused. */
const refusal = (statusCode: number, json: object | null): Error =>
  Object.assign(new Error('(HTTP code) refused - '), { statusCode, json });

describe('the headers of a ping', () => {
  test.each([
    [
      'Docker',
      { 'api-version': '1.41', server: 'Docker/20.10.24+dfsg1 (linux)' },
      { podman: false, version: '20.10.24', apiVersion: '1.41' },
    ],
    [
      'Podman',
      { 'api-version': '1.41', 'libpod-api-version': '4.3.1', server: 'Libpod/4.3.1 (linux)' },
      { podman: true, version: '4.3.1', apiVersion: '1.41' },
    ],
    ['an engine behind a proxy', { 'api-version': '1.47' }, { podman: false, version: '', apiVersion: '1.47' }],
  ])('tell %s', (_who, headers, expected) => {
    expect(engineKind(headers)).toEqual(expected);
  });
});

test.each([
  ['1.40', true],
  ['1.41', false],
  ['1.5', true],
  ['1.100', false],
  ['2.0', false],
])('API %s is older than 1.41: %s', (version, expected) => {
  expect(isOlder(version, '1.41')).toBe(expected);
});

describe('the status of a refusal', () => {
  test.each([
    ['Docker’s own', refusal(404, { message: 'No such container: x' }), 404],
    ['what Podman has lost meanwhile', refusal(500, { cause: 'no such container' }), 404],
    ['what does not run', refusal(500, { cause: 'container state improper' }), 409],
    ['a name that is taken', refusal(500, { cause: 'that name is already in use' }), 409],
    ['anything else', refusal(500, { cause: 'no space left on device' }), 500],
    ['a body that is no JSON', refusal(500, null), 500],
    ['no refusal at all', new Error('connect ECONNREFUSED'), undefined],
  ])('%s', (_what, error, expected) => {
    expect(statusOf(error)).toBe(expected);
  });
});

describe('the dependents of a container that cannot go yet', () => {
  const [own, first, second] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];

  test('are those that Podman names', () => {
    const message = `container ${own} has dependent containers which must be removed before it: ${first}, ${second}: container already exists`;
    expect(dependentsIn(refusal(500, { message }))).toEqual([first, second]);
  });

  test('are none where something else is wrong', () => {
    expect(dependentsIn(refusal(500, { message: `container ${own} is busy` }))).toEqual([]);
    expect(dependentsIn(undefined)).toEqual([]);
  });
});

describe('a resize', () => {
  test('that Podman answers with 201 is one that succeeded', async () => {
    await expect(resized(Promise.reject(refusal(201, null)))).resolves.toBeUndefined();
  });

  test('that fails, fails', async () => {
    await expect(resized(Promise.reject(refusal(500, null)))).rejects.toThrow('refused');
  });
});
