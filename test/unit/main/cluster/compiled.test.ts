/** The compiled code that a node image carries. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../../../agent/api/schema/generate.ts';
import { bundleAgent } from '../../../../agent/image/bundle.ts';
import { compiledFiles } from '../../../../main/cluster/image/compiled.ts';
import type { ImageFile } from '../../../../main/cluster/image/files.ts';
import { memoryFlags } from '../../../../main/cluster/nodes-process.ts';

let folder: string;
let files: ImageFile[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-compiled-'));
  await bundleAgent(join(folder, 'dist/agent'));
  mkdirSync(join(folder, 'dist/schema'));
  writeFileSync(join(folder, 'dist/schema/definitions.json'), JSON.stringify(generate().definitions));
  execFileSync(process.execPath, [join(folder, 'dist/agent/agent.js'), 'common-objects']);
  files = await compiledFiles(process.execPath, join(folder, 'dist'), join(folder, 'scratch'));
  // As in the image, where all of it lies elsewhere than it was compiled.
  cpSync(join(folder, 'dist/agent'), join(folder, 'image/opt/skiff/agent'), { recursive: true });
  for (const { path, source } of files) {
    const target = join(folder, 'image', ofThisUser(path));
    mkdirSync(dirname(target), { recursive: true });
    if ('file' in source) cpSync(source.file, target);
  }
}, 90_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** In the image it is for root. */
const ofThisUser = (path: string): string => path.replace(/-0\//, `-${userInfo().uid}/`);

/**
 * Names of the bundle's files with what Node says of the compiled code of each, after they were loaded under `flags`.
 */
function outcomes(flags: string[]): string[][] {
  const agent = join(folder, 'image/opt/skiff/agent');
  const parts = readdirSync(agent).filter((name) => /^(run|cluster|docker)-\w+\.js$/.test(name));
  const load = `await Promise.all(${JSON.stringify(parts.map((name) => join(agent, name)))}.map((file) => import(file)))`;
  const { stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '--eval', `${load};process.exit()`],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
        NODE_COMPILE_CACHE: join(folder, 'image/opt/skiff/compiled'),
        NODE_COMPILE_CACHE_PORTABLE: '1',
      },
    },
  );
  return [...stderr.matchAll(/V8 code cache for ESM file:\S*\/agent\/([a-z]+)-\S+ was (\w+)/g)].map((match) =>
    match.slice(1),
  );
}

it('is of an agent that has what every new cluster begins with beside it, some of each kind', () => {
  const objects: [string, string][] = JSON.parse(readFileSync(join(folder, 'dist/agent/common-objects.json'), 'utf8'));
  expect([...new Set(objects.map(([key]) => key.split('/')[2]))].sort()).toEqual([
    'apiservices.apiregistration.k8s.io',
    'clusterrolebindings.rbac.authorization.k8s.io',
    'clusterroles.rbac.authorization.k8s.io',
    'configmaps',
    'flowschemas.flowcontrol.apiserver.k8s.io',
    'ingressclasses.networking.k8s.io',
    'namespaces',
    'priorityclasses.scheduling.k8s.io',
    'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    'rolebindings.rbac.authorization.k8s.io',
    'roles.rbac.authorization.k8s.io',
    'services',
    'storageclasses.storage.k8s.io',
  ]);
});

it('is for root, under the name of the version and the flags of Node', () => {
  expect(new Set(files.map(({ path }) => dirname(path)))).toEqual(
    new Set([expect.stringMatching(`^/opt/skiff/compiled/${process.version}-${process.arch}-[0-9a-f]+-0$`)]),
  );
});

it('is accepted for all that a node loads, wherever the image has it', () => {
  const all = outcomes(memoryFlags);
  expect(all).toEqual(
    expect.arrayContaining([
      ['cluster', 'accepted'],
      ['docker', 'accepted'],
      ['run', 'accepted'],
      ['chunk', 'accepted'],
    ]),
  );
  expect(all.filter(([, outcome]) => outcome !== 'accepted')).toEqual([]);
});

it('is left aside by a Node with other flags', () => {
  expect(outcomes(['--expose-gc']).filter(([, outcome]) => outcome === 'accepted')).toEqual([]);
});

describe.each(['supervise.sh', 'Dockerfile'])('%s', (name) => {
  const text = readFileSync(join(import.meta.dirname, '../../../../agent/image', name), 'utf8');

  it('names the place and the flags', () => {
    expect(text).toContain('NODE_COMPILE_CACHE=/opt/skiff/compiled NODE_COMPILE_CACHE_PORTABLE=1');
    expect(memoryFlags.filter((flag) => !text.includes(flag))).toEqual([]);
  });
});
