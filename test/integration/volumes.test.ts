/** Claims and volumes on a whole control plane, with kubectl. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.close());

const read = (path: string, ...args: string[]) => cluster.kubectl('get', ...args, '-o', `jsonpath=${path}`);
const reads = (path: string, ...args: string[]) => expect.poll(() => read(path, ...args), { timeout: 30_000 });
const eventsOf = (kind: string, name: string) =>
  reads(
    '{range .items[*]}{.reason}: {.message}{"\\n"}{end}',
    'events',
    '--field-selector',
    `involvedObject.kind=${kind},involvedObject.name=${name}`,
  );

const claim = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } }, ...spec },
});
const podOf = (name: string, claimName: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [{ name: 'c', image: 'busybox:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
    ...spec,
  },
});

describe('a claim of the default class', () => {
  it('waits for its pod, is bound on the pod’s node, and takes the folder with it when it goes', async () => {
    await cluster.apply(claim('keep'));
    expect(await read('{.spec.storageClassName}', 'pvc/keep')).toBe('standard');
    await eventsOf('PersistentVolumeClaim', 'keep').toContain(
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    );
    await cluster.apply(podOf('writer', 'keep'));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/writer', '--timeout=30s');
    const node = await read('{.spec.nodeName}', 'pod/writer');
    const volume = await read('{.spec.volumeName}', 'pvc/keep');
    expect(await read('{.status.phase} {.status.capacity.storage} {.status.accessModes}', 'pvc/keep')).toBe(
      'Bound 64Mi ["ReadWriteOnce"]',
    );
    expect(
      await read(
        '{.status.phase} {.spec.persistentVolumeReclaimPolicy} {.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values}',
        `pv/${volume}`,
      ),
    ).toBe(`Bound Delete ["${node}"]`);
    await eventsOf('PersistentVolumeClaim', 'keep').toContain(
      `ProvisioningSucceeded: Successfully provisioned volume ${volume}`,
    );
    await eventsOf('PersistentVolumeClaim', 'keep').toContain(
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'skiff.dev/local-path'",
    );
    expect([...cluster.folders.present]).toEqual([`${node}:/var/local-path-provisioner/${volume}_default_keep`]);
    await cluster.kubectl('delete', 'pod/writer', 'pvc/keep', '--now');
    await reads('{.items}', 'pv').toBe('[]');
    expect([...cluster.folders.present]).toEqual([]);
  });

  it('that does not exist keeps a pod Pending, with the scheduler’s words, until it is there', async () => {
    await cluster.apply(podOf('early', 'late'));
    await reads('{.status.conditions[0].message}', 'pod/early').toContain(
      '0/3 nodes are available: persistentvolumeclaim "late" not found.',
    );
    await cluster.apply(claim('late'));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/early', '--timeout=30s');
    await cluster.kubectl('delete', 'pod/early', 'pvc/late', '--now');
  });
});
