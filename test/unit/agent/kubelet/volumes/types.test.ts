import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConfigMap, core, Pod, Secret } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createSimulatedVolumes } from '../../../../../agent/kubelet/volumes/simulated.ts';
import { serviceAccountTokenFiles } from '../../../../../agent/kubelet/volumes/types/service-account-token.ts';
import { volumeTypes } from '../../../../../agent/kubelet/volumes/types/table.ts';
import { createVolumes } from '../../../../../agent/kubelet/volumes/volumes.ts';
import { aPod } from '../../api/builders.ts';
import { pathsAt } from './paths.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-types-'));
});
afterEach(() => rm(folder, { recursive: true }));

const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const map: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data: { mode: 'dev', color: 'red' },
  binaryData: { raw: 'AAE=' },
};
const hidden: Secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: 'c2VjcmV0' } };
const inputs = {
  objects: {
    configMap: async (_namespace: string, name: string) => (name === 'settings' ? map : undefined),
    secret: async (_namespace: string, name: string) => (name === 'db' ? hidden : undefined),
    claim: async () => undefined,
    volume: async () => undefined,
  },
  facts: { hostIPs: [], podIPs: ['10.244.0.5'], capacity: { cpu: 1, memory: 1 } },
  issueToken: async (_pod: Pod, audience: string, seconds: number) => `token for ${audience} of ${seconds} s`,
};
const options = () => ({ paths: pathsAt(folder), clock: systemClock });

/** Prepares one volume and returns where the node has it. */
async function made(source: Partial<core.Volume>, spec: Partial<core.PodSpec> = {}): Promise<string> {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v' }] };
  const pod = aPod({ spec: { containers: [container], ...spec, volumes: [{ name: 'v', ...source }] } });
  const volumes = createVolumes(options());
  await volumes.prepare(pod, inputs);
  const [mount] = await volumes.mounts(pod, container, new Map());
  return mount?.source.replace('/engine', folder) ?? '';
}

test('each type is in the table once', () => {
  const names = volumeTypes.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

const token = { path: 't', audience: 'vault', expirationSeconds: 600 };
test.each<[string, Partial<core.Volume>, Record<string, string>]>([
  ['a ConfigMap, text and bytes', { configMap: { name: 'settings' } }, { mode: 'dev', color: 'red', raw: '\0\u0001' }],
  [
    'items of a ConfigMap',
    { configMap: { name: 'settings', items: [{ key: 'mode', path: 'a/m' }] } },
    { 'a/m': 'dev' },
  ],
  ['a Secret', { secret: { secretName: 'db' } }, { password: 'secret' }],
  ['a missing object that is optional', { configMap: { name: 'none', optional: true } }, {}],
  [
    'the downward API',
    { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    { name: 'web' },
  ],
  ['a token', { projected: { sources: [{ serviceAccountToken: token }] } }, { t: 'token for vault of 600 s' }],
  [
    'several sources, of which the later wins',
    {
      projected: {
        sources: [
          { configMap: { name: 'settings', items: [{ key: 'mode', path: 'p' }] } },
          { secret: { name: 'db', items: [{ key: 'password', path: 'p' }] } },
          { downwardAPI: { items: [{ path: 'ip', fieldRef: { fieldPath: 'status.podIP' } }] } },
        ],
      },
    },
    { p: 'secret', ip: '10.244.0.5' },
  ],
])('a volume holds %s', async (_what, source, files) => {
  const root = await made(source);
  for (const [path, text] of Object.entries(files)) expect(await readFile(join(root, path), 'utf8')).toBe(text);
  await expect(access(join(root, '..data'))).resolves.toBeUndefined();
});

test.each<[string, Partial<core.Volume>, string]>([
  ['configmap', { configMap: { name: 'settings', items: [{ key: 'no', path: 'p' }] } }, 'no'],
  ['secret', { secret: { secretName: 'db', items: [{ key: 'no', path: 'p' }] } }, 'no'],
])('a key that a %s does not have fails the mount', async (kind, source, key) => {
  await expect(made(source)).rejects.toThrow(`${kind} references non-existent ${kind} key: ${key}`);
});

/** As it is about to be written: what belongs to another user cannot be read back by everybody. */
async function tokenFile(pod: Pod) {
  const files = await serviceAccountTokenFiles.files({ path: 'token' }, 0o644, pod, inputs);
  return files.get('token');
}

const as = (runAsUser?: number): core.Container => ({ name: 'c', image: 'i', securityContext: { runAsUser } });
test.each<[string, Partial<core.PodSpec>, { mode: number; owner?: number }]>([
  ['everybody where nothing is said of users', {}, { mode: 0o644 }],
  ['the one user of the pod', { securityContext: { runAsUser: 1000 } }, { mode: 0o600, owner: 1000 }],
  ['the one user of all containers', { containers: [as(7), as(7)] }, { mode: 0o600, owner: 7 }],
  ['everybody where users differ', { containers: [as(7)], initContainers: [as(8)] }, { mode: 0o644 }],
  ['everybody where a user is left to the image', { containers: [as(7), as()] }, { mode: 0o644 }],
  ['the group of the pod', { securityContext: { fsGroup: 2000 } }, { mode: 0o600 }],
])('a token is for %s', async (_whom, spec, access) => {
  expect(await tokenFile(aPod({ spec }))).toEqual({ data: Buffer.from('token for  of 3600 s'), ...access });
});

test('the objects that a pod’s volumes show are known, and no others', () => {
  const volumes = [
    { name: 'a', configMap: { name: 'one' } },
    { name: 'b', secret: { secretName: 'two' } },
    { name: 'c', projected: { sources: [{ configMap: { name: 'three' } }, { secret: { name: 'four' } }] } },
    { name: 'd', emptyDir: {} },
    { name: 'e', hostPath: { path: '/' } },
    { name: 'f', csi: { driver: 'x' } },
  ];
  const pod = aPod({ metadata: { namespace: 'ns' }, spec: { volumes } });
  expect(createVolumes(options()).references(pod)).toEqual([
    { plural: 'configmaps', namespace: 'ns', name: 'one' },
    { plural: 'secrets', namespace: 'ns', name: 'two' },
    { plural: 'configmaps', namespace: 'ns', name: 'three' },
    { plural: 'secrets', namespace: 'ns', name: 'four' },
  ]);
});

test('simulated volumes wait for what they show, and touch nothing of the node', async () => {
  const volumes = createSimulatedVolumes(options());
  const podWith = (...given: core.Volume[]) => aPod({ spec: { volumes: given } });
  const host = { name: 'h', hostPath: { path: '/x', type: 'Directory' } };
  const shown = { name: 'm', configMap: { name: 'settings' } };
  await volumes.prepare(podWith(host, { name: 'd', emptyDir: {} }, shown), inputs);
  await expect(stat(join(folder, 'pods'))).rejects.toThrow('ENOENT');
  await expect(volumes.prepare(podWith({ name: 's', secret: { secretName: 'none' } }), inputs)).rejects.toThrow(
    'secret "none" not found',
  );
});
