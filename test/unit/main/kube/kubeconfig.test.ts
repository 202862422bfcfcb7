import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { standalone } from '../../../../main/kube/entries.ts';
import { kubeconfigFiles } from '../../../../main/kube/files.ts';
import { aCluster, configOf, foreign } from './a-kubeconfig.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-kubeconfig-'));
  file = join(folder, 'config');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('merge', () => {
  it('writes a new file that only its owner can read, with the cluster as current context', async () => {
    await configOf(file).merge(aCluster());
    const written = parse(await readFile(file, 'utf8'));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(written['current-context']).toBe('skiff');
    expect(written.contexts[0].context).toMatchObject({ cluster: 'skiff', user: 'skiff' });
  });

  it('keeps every byte of what others wrote', async () => {
    await writeFile(file, foreign);
    const config = configOf(file);
    await config.merge(aCluster());
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(foreign);
  });

  it('leaves the current context alone where there is one', async () => {
    await writeFile(file, foreign);
    await configOf(file).merge(aCluster());
    expect(parse(await readFile(file, 'utf8'))['current-context']).toBe('office');
  });

  it('does not write when nothing changes', async () => {
    const config = configOf(file);
    await config.merge(aCluster());
    const { mtimeMs } = await stat(file);
    await config.merge(aCluster());
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
  });

  it('refreshes the address, and keeps the namespace that the user chose', async () => {
    const config = configOf(file);
    await config.merge(aCluster());
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('    user: skiff\n', '    namespace: team\n    user: skiff\n'));
    await config.merge(aCluster('skiff', 7000));
    const written = parse(await readFile(file, 'utf8'));
    expect(written.clusters[0].cluster.server).toBe('https://127.0.0.1:7000');
    expect(written.contexts[0].context.namespace).toBe('team');
  });

  it('keeps a namespace whose name would be something else without quotes', async () => {
    const config = configOf(file);
    await config.merge(aCluster());
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('    user: skiff\n', '    namespace: "no"\n    user: skiff\n    x: y\n'));
    await config.merge(aCluster('skiff', 7000));
    const { contexts } = parse(await readFile(file, 'utf8'), { version: '1.1' });
    expect(contexts[0].context).toMatchObject({ namespace: 'no' });
  });

  it('refuses to take over an entry of someone else', async () => {
    const theirs = foreign.replaceAll('office', 'skiff');
    await writeFile(file, theirs);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({ code: 'ContextNotOurs' });
    expect(await readFile(file, 'utf8')).toBe(theirs);
  });

  it.each([
    ['empty lists', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n'],
    ['null lists', 'apiVersion: v1\nkind: Config\nclusters: null\ncontexts:\nusers: ~\ncurrent-context: ""\n'],
    ['JSON', '{"apiVersion":"v1","kind":"Config","clusters":[],"contexts":[],"users":[],"current-context":""}'],
    ['no final newline', 'apiVersion: v1\nkind: Config\ncurrent-context: ""'],
    ['Windows line ends', foreign.replaceAll('\n', '\r\n')],
    ['nothing', ''],
    ['only a comment', '# nothing yet\n'],
    ['only a comment without an end', '# nothing yet'],
    ['null', 'null\n'],
    ['null between comments', '# nothing\nnull # yet\n# at all\n'],
    ['an empty document', '---\n'],
    ['null behind the mark of a document', '--- null\n'],
    ['only the ends of lines', '\n\n'],
    [
      'one entry with its comment behind it',
      'clusters:\n- name: a\n  cluster: {server: "https://a"}\n  # about a\ncontexts: []\n',
    ],
  ])('adds to and removes from a file with %s', async (_, text) => {
    await writeFile(file, text);
    const config = configOf(file);
    const before = parse(text) ?? {};
    await config.merge(aCluster());
    expect((await config.load()).clusters.has('skiff')).toBe(true);
    await config.remove('skiff', 'skiff');
    const after = parse(await readFile(file, 'utf8'));
    expect(after.clusters).toEqual(before.clusters ?? []);
    expect(after.users).toEqual(before.users ?? []);
  });

  it('needs no lock to remove what is not there', async () => {
    await writeFile(file, foreign);
    await writeFile(`${file}.lock`, '');
    await configOf(file).remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(foreign);
  });

  it('takes two profiles side by side', async () => {
    const config = configOf(file);
    await Promise.all([config.merge(aCluster()), config.merge(aCluster('other'))]);
    expect((await config.contexts()).map(({ name, profile }) => [name, profile]).sort()).toEqual([
      ['skiff', 'skiff'],
      ['skiff-other', 'other'],
    ]);
  });
});

/** Nine lists of nine of the next: https://en.wikipedia.org/wiki/Billion_laughs_attack */
const bomb = Array.from(
  { length: 9 },
  (_, at) => `x${at}: &x${at} [${Array(9).fill(at ? `*x${at - 1}` : '1')}]\n`,
).join('');

describe('a kubeconfig that must not be written', () => {
  it.each([
    ['broken', 'clusters: [\n'],
    ['not a mapping', '- a\n- b\n'],
    ['with a key twice', 'clusters: []\nclusters: []\n'],
    ['with a section that is not a list', 'clusters: {a: b}\n'],
    ['with an entry that has no name', 'clusters:\n- cluster: {}\n'],
    ['with tabs', 'clusters:\n\t- name: a\n'],
    ['with a name twice', 'clusters:\n- {name: a, cluster: {}}\n- {name: a, cluster: {}}\n'],
    ['of several documents', 'clusters: []\n---\nclusters: []\n'],
    ['with an alias that leads nowhere', 'clusters: *nowhere\n'],
    ['with billions of aliases', bomb],
  ])('%s is left as it is', async (_, text) => {
    await writeFile(file, text);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({ code: 'KubeconfigUnparsable' });
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['config']);
  });

  it('read-only is left as it is, and says so', async () => {
    await writeFile(file, foreign);
    await chmod(file, 0o400);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({
      code: 'KubeconfigReadOnly',
      hint: expect.stringContaining('KUBECONFIG=FILE skiff start'),
    });
    expect(await readFile(file, 'utf8')).toBe(foreign);
    await expect(configOf(file).check('skiff', 'skiff')).rejects.toMatchObject({ code: 'KubeconfigReadOnly' });
  });

  it('in another encoding is left as it is: writing it again would lose what it says', async () => {
    const latin = Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(`\n${foreign}`)]);
    await writeFile(file, latin);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({
      code: 'KubeconfigUnparsable',
      message: `${file} is not a valid kubeconfig: it is not UTF-8`,
    });
    expect((await readFile(file)).equals(latin)).toBe(true);
  });

  it('that is no file is left as it is', async () => {
    await expect(configOf('/dev/null').merge(aCluster())).rejects.toMatchObject({ code: 'KubeconfigNotAFile' });
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    await expect(configOf(folder).merge(aCluster())).rejects.toMatchObject({ code: 'KubeconfigUnreadable' });
    await symlink('config', file);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({
      code: expect.stringContaining('Kubeconfig'),
    });
  });

  it('is told before anything is done', async () => {
    await writeFile(file, 'clusters: [\n');
    await expect(configOf(file).check('skiff', 'skiff')).rejects.toMatchObject({ code: 'KubeconfigUnparsable' });
    await writeFile(file, foreign.replaceAll('office', 'skiff'));
    await expect(configOf(file).check('skiff', 'skiff')).rejects.toMatchObject({ code: 'ContextNotOurs' });
    await rm(file);
    await configOf(join(folder, 'not/there/yet')).check('skiff', 'skiff');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('files', () => {
  it('keeps the mode of a file', async () => {
    await writeFile(file, foreign);
    await chmod(file, 0o640);
    await configOf(file).merge(aCluster());
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('follows a symbolic link and keeps it', async () => {
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real/config'), foreign);
    await symlink('real/config', file);
    await configOf(file).merge(aCluster());
    expect(await readlink(file)).toBe('real/config');
    expect(await readFile(join(folder, 'real/config'), 'utf8')).toContain('name: skiff');
  });

  it('follows a chain of links, some of them relative, and keeps them', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true });
    await writeFile(join(folder, 'real'), foreign);
    await symlink('../../real', join(folder, 'a/b/second'));
    await symlink(join(folder, 'a/b/second'), join(folder, 'a/first'));
    await symlink('a/first', file);
    await configOf(file).merge(aCluster());
    await configOf(file).remove('skiff', 'skiff');
    const links = [file, join(folder, 'a/first'), join(folder, 'a/b/second')].map((link) => readlink(link));
    expect(await Promise.all(links)).toEqual(['a/first', join(folder, 'a/b/second'), '../../real']);
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe(foreign);
  });

  it('are named with the separator of the platform', () => {
    const env = { KUBECONFIG: 'C:\\Users\\me\\.kube\\config;D:\\work;;D:\\work' };
    expect(kubeconfigFiles(env, 'C:\\Users\\me', ';')).toEqual(['C:\\Users\\me\\.kube\\config', 'D:\\work']);
    expect(kubeconfigFiles({ KUBECONFIG: ':/a::/b' }, '/home/me', ':')).toEqual(['/a', '/b']);
  });

  it('creates what a dangling symbolic link points to', async () => {
    await symlink(join(folder, 'elsewhere'), file);
    await configOf(file).merge(aCluster());
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toContain('name: skiff');
  });

  it('writes new entries to the first file that exists, and changes entries where they are', async () => {
    const [missing, first, second] = ['missing', 'first', 'second'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(first, foreign);
    await configOf(second).merge(aCluster('other'));
    const config = configOf(missing, first, second);
    await config.merge(aCluster());
    await config.merge(aCluster('other', 7000));
    expect(await readFile(first, 'utf8')).toContain('name: skiff\n');
    expect(await readFile(second, 'utf8')).toContain('127.0.0.1:7000');
    expect(await readdir(folder)).not.toContain('missing');
  });

  it('writes to the last file where none exists, as kubectl does', async () => {
    await configOf(join(folder, 'one'), join(folder, 'two')).merge(aCluster());
    expect(await readdir(folder)).toEqual(['backups', 'two']);
  });

  it('keeps the last five versions as backups', async () => {
    await writeFile(file, foreign);
    const config = configOf(file);
    for (let port = 1; port <= 8; port++) await config.merge(aCluster('skiff', port));
    const backups = await readdir(join(folder, 'backups'));
    expect(backups).toHaveLength(5);
    expect((await stat(join(folder, 'backups', backups[0] ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('survives thirty writers at once', async () => {
    await writeFile(file, foreign);
    const profiles = Array.from({ length: 30 }, (_, at) => `p${at}`);
    await Promise.all(profiles.map((profile) => configOf(file).merge(aCluster(profile))));
    const names = (await configOf(file).contexts()).map(({ name }) => name);
    expect(names.sort()).toEqual(['home', 'office', ...profiles.map((profile) => `skiff-${profile}`)].sort());
  }, 30_000);

  it('takes over a lock whose process is gone', async () => {
    await writeFile(`${file}.lock`, JSON.stringify({ pid: 4194305, start: '1' }));
    await configOf(file).merge(aCluster());
    expect(await readdir(folder)).not.toContain('config.lock');
  });

  it('takes a file of five thousand contexts', async () => {
    const entries = Array.from({ length: 5000 }, (_, at) => `- name: c${at}\n  context: {cluster: c${at}, user: u}\n`);
    const huge = `contexts:\n${entries.join('')}current-context: c1\n`;
    await writeFile(file, huge);
    const config = configOf(file);
    await config.merge(aCluster());
    await config.remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(`${huge}clusters: []\nusers: []\n`);
  }, 120_000);
});

describe('use', () => {
  it('switches, and changes nothing else', async () => {
    await writeFile(file, foreign);
    await configOf(file).use('home');
    expect(await readFile(file, 'utf8')).toBe(foreign.replace('current-context: office', 'current-context: home'));
  });

  it.each(['no', 'on', 'y', '1_000', '2001-01-01'])('writes %s so that it is a name for kubectl too', async (name) => {
    const text = foreign
      .replaceAll('home', JSON.stringify(name))
      .replaceAll(`'https://"${name}":6443'`, 'https://home');
    await writeFile(file, text);
    await configOf(file).use(name);
    expect(parse(await readFile(file, 'utf8'), { version: '1.1' })['current-context']).toBe(name);
  });

  it('refuses a context that is not there', async () => {
    await writeFile(file, foreign);
    await expect(configOf(file).use('nowhere')).rejects.toMatchObject({ code: 'ContextNotFound' });
  });
});

describe('a user of someone else that has our name', () => {
  const theirs =
    'contexts:\n- name: prod\n  context: {cluster: prod, user: skiff}\nusers:\n- name: skiff\n  user: {token: secret}\n';

  it('is not overwritten', async () => {
    await writeFile(file, theirs);
    await expect(configOf(file).merge(aCluster())).rejects.toMatchObject({ code: 'ContextNotOurs' });
    expect(await readFile(file, 'utf8')).toBe(theirs);
  });

  it('stays where a context of theirs has come to name ours', async () => {
    const config = configOf(file);
    await config.merge(aCluster());
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(
        'contexts:\n',
        'contexts:\n- name: prod\n  context: {cluster: prod, user: skiff}\n',
      ),
    );
    await config.remove('skiff', 'skiff');
    const after = parse(await readFile(file, 'utf8'));
    expect(after.contexts.map(({ name }: { name: string }) => name)).toEqual(['prod']);
    expect(after.users.map(({ name }: { name: string }) => name)).toEqual(['skiff']);
  });
});

describe('remove', () => {
  it('leaves an entry of someone else with that name', async () => {
    const theirs = foreign.replaceAll('office', 'skiff');
    await writeFile(file, theirs);
    await configOf(file).remove('skiff', 'skiff');
    expect(await readFile(file, 'utf8')).toBe(theirs);
  });

  it('unsets the current context where it was ours', async () => {
    await writeFile(file, '');
    const config = configOf(file);
    await config.merge(aCluster());
    await config.remove('skiff', 'skiff');
    expect(parse(await readFile(file, 'utf8'))).toMatchObject({
      'current-context': '',
      clusters: [],
      contexts: [],
      users: [],
    });
  });
});

describe('standalone', () => {
  it('is a complete kubeconfig with the cluster as its context', () => {
    const written = parse(standalone(aCluster()));
    expect(written).toMatchObject({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'skiff',
      users: [{ name: 'skiff', user: { 'client-key-data': Buffer.from('KEY').toString('base64') } }],
    });
  });
});

describe('backups', () => {
  const backups = () => readdir(join(folder, 'backups'));

  it('go once the kubeconfig has all that they have, our own entries aside', async () => {
    await writeFile(file, foreign);
    const kubeconfig = configOf(file);
    await kubeconfig.merge(aCluster());
    await kubeconfig.remove('skiff', 'skiff');
    expect(await backups()).not.toEqual([]);
    await kubeconfig.forgetBackups();
    expect(await backups()).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe(foreign);
  });

  it('stay where they have an entry that the kubeconfig has lost since', async () => {
    await writeFile(file, foreign);
    const kubeconfig = configOf(file);
    await kubeconfig.merge(aCluster());
    const withoutHome = (await readFile(file, 'utf8')).replace(
      "server:   'https://home:6443'",
      'server: https://away:6443',
    );
    await writeFile(file, withoutHome);
    await kubeconfig.remove('skiff', 'skiff');
    await kubeconfig.forgetBackups();
    const texts = await Promise.all((await backups()).map((name) => readFile(join(folder, 'backups', name), 'utf8')));
    expect(texts).toEqual([foreign]);
  });
});
