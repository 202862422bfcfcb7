/** What becomes of files that are not laid out, or not kept, as usual. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { aCluster, configOf, foreign } from './a-kubeconfig.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-kubeconfig-'));
  file = join(folder, 'config');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Windows' line ends, in the whole file. */
const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const withLists = 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\ncurrent-context: ""\nusers: []\n';
const asJson = (indent?: string | number) =>
  `${JSON.stringify({ kind: 'Config', clusters: [{ name: 'a', cluster: { server: 'https://a' } }], contexts: [], users: [], 'current-context': 'a' }, null, indent)}\n`;

describe('a layout that is not the usual one', () => {
  it.each([
    ['as Windows writes it', crlf(foreign)],
    ['as Windows writes it, with empty lists', crlf(withLists)],
    ['as JSON on one line', asJson()],
    ['as indented JSON', asJson(4)],
    ['as JSON with tabs', asJson('\t')],
    [
      'with quoted keys',
      '"clusters":\n- "name": "a"\n  "cluster": {"server": "x"}\n"contexts": []\n"users": []\ncurrent-context: a\n',
    ],
    [
      'with comments behind lists',
      'clusters: [] # none\ncontexts: [] # none yet\nusers: []\ncurrent-context: a # mine\n',
    ],
    ['with anchors and aliases', `${foreign}x-a: &a {b: 1}\nx-b: *a\n`],
    ['with a byte order mark', `\ufeff${foreign}`],
    ['with markers of a document', `---\n${foreign}...\n`],
    ['with numbers of more digits than JavaScript has', `${foreign}x-n: 12345678901234567890\nx-t: 2001-01-01\n`],
  ])('stays %s, to the last byte', async (_, text) => {
    await writeFile(file, text);
    const config = configOf(file);
    await config.merge(aCluster());
    expect((await config.contexts()).map(({ name }) => name)).toContain('skiff');
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('merges what it says to merge, as kubectl does', async () => {
    const merging = 'users:\n- &me\n  name: me\n  user: {token: secret}\n- <<: *me\n  name: twin\n';
    await writeFile(file, foreign.replace(/users:\n.*\n.*\n/, merging));
    const config = configOf(file);
    await config.merge(aCluster());
    const { users } = await config.load();
    expect([...users.keys()]).toEqual(['me', 'twin', 'skiff']);
    expect(users.get('twin')?.entry.user).toEqual({ token: 'secret' });
  });

  it('has one kind of line ends', async () => {
    await writeFile(file, crlf(withLists));
    await configOf(file).merge(aCluster());
    expect((await readFile(file, 'utf8')).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('keeps the comment of a section that has no value', async () => {
    await writeFile(file, 'clusters: # none\ncontexts: ~ # none yet\nusers:\n');
    const config = configOf(file);
    await config.merge(aCluster());
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(
      'clusters: [] # none\ncontexts: [] # none yet\nusers: []\ncurrent-context: ""\n',
    );
  });
});

describe('a file that Skiff created', () => {
  it('goes with the last of its entries, and leaves nothing', async () => {
    const config = configOf(file);
    await config.merge(aCluster());
    await config.merge(aCluster('other'));
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toContain('skiff-other');
    await config.remove('skiff-other', 'other');
    await config.forgetBackups();
    expect(await readdir(folder)).toEqual(['backups']);
    expect(await readdir(join(folder, 'backups'))).toEqual([]);
  });

  it.each([
    ['an entry', 'users:\n- {name: me, user: {token: x}}\n'],
    ['a comment', '# mine\n'],
    ['a field of its own', 'x-own: {kept: true}\n'],
  ])('stays where someone added %s', async (_, text) => {
    const config = configOf(file);
    await config.merge(aCluster());
    const written = await readFile(file, 'utf8');
    await writeFile(file, text.startsWith('users') ? written.replace('users:\n', text) : written + text);
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toContain(text);
    expect((await readdir(join(folder, 'backups'))).filter((name) => name.startsWith('created'))).toEqual([]);
  });

  it('is not one that was there, empty, or that a link leads to', async () => {
    await writeFile(file, '');
    await configOf(file).merge(aCluster());
    await configOf(file).remove('skiff', 'skiff');
    expect(await readdir(folder)).toContain('config');
    const link = join(folder, 'link');
    await symlink('target', link);
    await configOf(link).merge(aCluster());
    await configOf(link).remove('skiff', 'skiff');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['link', 'target']));
  });
});

/** As `kubectl config` leaves a file: it knows no extensions of users. */
const rewritten = (text: string): string => {
  const data = parse(text);
  for (const { user } of data.users) delete user.extensions;
  return stringify(data);
};

describe('entries that kubectl has rewritten', () => {
  it('are refreshed, and go with the cluster', async () => {
    const config = configOf(file);
    await writeFile(file, foreign);
    await config.merge(aCluster());
    await writeFile(file, rewritten(await readFile(file, 'utf8')));
    const before = await readFile(file, 'utf8');
    expect(before.match(/dev\.skiff/g)).toHaveLength(2);
    await config.merge({ ...aCluster(), clientKey: 'NEW' });
    const key = Buffer.from('NEW').toString('base64');
    expect(await readFile(file, 'utf8')).toContain(`client-key-data: ${key}`);
    await config.remove('skiff', 'skiff');
    expect(parse(await readFile(file, 'utf8'))).toEqual(parse(foreign));
  });

  it('go also where the context is gone already', async () => {
    const config = configOf(file);
    await writeFile(file, foreign);
    await config.merge(aCluster());
    const data = parse(rewritten(await readFile(file, 'utf8')));
    data.contexts = data.contexts.filter(({ name }: { name: string }) => name !== 'skiff');
    await writeFile(file, stringify(data));
    await config.remove('skiff', 'skiff');
    expect(parse(await readFile(file, 'utf8'))).toEqual(parse(foreign));
  });
});
