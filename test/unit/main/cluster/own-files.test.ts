/** What becomes of Skiff's own files when they are damaged, and of what other programs leave beside them. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clusters } from '../../../../main/cluster/clusters.ts';
import { homeError, skiffHome } from '../../../../main/cluster/home.ts';
import { ensureNodeImage } from '../../../../main/cluster/image/node-image.ts';
import { Profiles } from '../../../../main/cluster/profile.ts';
import { tryEngine } from '../../../../main/engine/find.ts';
import { Kubeconfig } from '../../../../main/kube/kubeconfig.ts';
import { readJsonIfExists, writeAtomically } from '../../../../main/own-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-own-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const homeOf = () => skiffHome({ SKIFF_HOME: folder });
const sources = () => ({
  dist: join(folder, 'dist'),
  imageFolder: folder,
  cacheFolder: homeOf().cache,
  nodeBinary: undefined,
  env: {},
});

/** On a machine without an engine. */
const clustersOf = () =>
  new Clusters({
    home: homeOf(),
    kubeconfig: new Kubeconfig({ env: {}, home: folder, backupFolder: homeOf().backups }),
    imageSources: sources(),
    findEngine: async () => ({ status: { found: false, looked: [] } }),
  });

function put(file: string, text = ''): void {
  const path = join(folder, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

describe('a file of Skiff', () => {
  it('is there whole, for its owner only, and nothing is left beside it', async () => {
    const file = join(folder, 'new/file.json');
    await writeAtomically(file, '{"a":1}');
    expect(await readJsonIfExists(file)).toEqual({ a: 1 });
    expect(readdirSync(join(folder, 'new'))).toEqual(['file.json']);
  });

  it('that does not parse is named', async () => {
    put('half.json', '{"a":');
    await expect(readJsonIfExists(join(folder, 'half.json'))).rejects.toThrow(
      `${join(folder, 'half.json')} is damaged`,
    );
  });
});

describe('a folder of Skiff that cannot be written', () => {
  it.each([
    ['EACCES', 'HomeReadOnly', 'its folder is read-only for you', "Check who owns it (`ls -ld '/my home/locks'`)"],
    ['EROFS', 'HomeReadOnly', 'its folder is read-only for you', 'SKIFF_HOME'],
    ['ENOSPC', 'HomeFull', 'the disk is full', 'Free some space, or set SKIFF_HOME'],
  ])('for %s is told with what to do', (errno, code, message, hint) => {
    const cause = Object.assign(new Error(errno), { code: errno });
    expect(homeError('/my home/locks/a.lock', cause)).toMatchObject({
      code,
      message: `/my home/locks/a.lock cannot be written: ${message}`,
      hint: expect.stringContaining(hint),
      cause,
    });
  });

  it('names the folder that is there', () => {
    const cause = Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/home/locks' });
    expect(homeError('/home/locks/a.lock', cause)).toMatchObject({ hint: expect.stringContaining('`ls -ld /home`') });
  });

  it('leaves any other error as it is', () => {
    const odd = new Error('odd');
    expect(homeError('/a', odd)).toBe(odd);
  });
});

describe('a profile whose files are damaged', () => {
  it('says so, and does not hide the others', async () => {
    put('profiles/half/profile.json', '{"name":');
    put('profiles/other/profile.json', '{"name":"other","runtime":"simulated","nodes":[]}');
    expect(await clustersOf().list(signal)).toMatchObject([
      { profile: 'half', state: 'error', error: { code: 'ProfileDamaged' } },
      { profile: 'other', state: 'stopped' },
    ]);
  });

  it('is not started, with a word on what to do', async () => {
    put('profiles/half/profile.json');
    const hint = expect.stringContaining('skiff delete --profile half');
    await expect(clustersOf().start('half', {}, signal)).rejects.toMatchObject({ code: 'ProfileDamaged', hint });
  });

  it('can be deleted', async () => {
    put('profiles/half/profile.json');
    put('profiles/half/simulated/nodes.log');
    await clustersOf().delete('half', signal);
    // Nor was a folder made for a kubeconfig that there is not.
    expect(existsSync(folder)).toBe(false);
  });
});

it('is no profile what another program left among them', async () => {
  put('profiles/.DS_Store');
  put('profiles/Not One/x');
  expect(await new Profiles(homeOf()).names()).toEqual([]);
});

it('is found out anew, where it is damaged, which node image was the last', async () => {
  put('cache/node-image.json');
  put('dist/agent/agent.js');
  put('supervise.sh');
  const server = createServer((_, response) => {
    response.setHeader('api-version', '1.41').setHeader('server', 'Docker/20.10.24 (linux)');
    response.end(JSON.stringify({ Id: 'there', NCPU: 1, MemTotal: 1 }));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine'), resolve));
  const { engine } = await tryEngine(`unix://${join(folder, 'engine')}`);
  if (!engine) throw new Error('the server is no engine');
  expect(await ensureNodeImage(engine, sources(), signal)).toMatch(/^skiff-node:[0-9a-f]{12}$/);
  server.close();
});
