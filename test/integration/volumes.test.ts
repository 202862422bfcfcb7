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

describe('a claim', () => {
  it('of a class that does not wait is bound without a pod, and grows when it asks for more', async () => {
    await cluster.apply(claim('docker', { storageClassName: 'hostpath' }));
    await reads('{.status.phase}', 'pvc/docker').toBe('Bound');
    const more = { spec: { resources: { requests: { storage: '1Gi' } } } };
    await cluster.kubectl('patch', 'pvc/docker', '-p', JSON.stringify(more));
    await reads('{.status.capacity.storage}', 'pvc/docker').toBe('1Gi');
    const volume = await read('{.spec.volumeName}', 'pvc/docker');
    expect(await read('{.spec.capacity.storage}', `pv/${volume}`)).toBe('1Gi');
    await eventsOf('PersistentVolumeClaim', 'docker').toContain(
      `Resizing: External resizer is resizing volume ${volume}`,
    );
    await eventsOf('PersistentVolumeClaim', 'docker').toContain('VolumeResizeSuccessful: Resize volume succeeded');
    await cluster.kubectl('delete', 'pvc/docker');
  });

  it('that a pod brings along is made for it, and goes with it', async () => {
    const template = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } } };
    const volumes = [
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, ...template } } },
    ];
    const containers = [{ name: 'c', image: 'busybox:1', volumeMounts: [{ name: 'scratch', mountPath: '/s' }] }];
    await cluster.apply(podOf('own', '', { containers, volumes }));
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/own', '--timeout=30s');
    expect(
      await read('{.status.phase} {.metadata.labels.a} {.metadata.ownerReferences[0].name}', 'pvc/own-scratch'),
    ).toBe('Bound b own');
    await cluster.kubectl('delete', 'pod/own', '--now');
    await reads('{.items}', 'pvc', '--field-selector=metadata.name=own-scratch').toBe('[]');
  });

  it('is bound to the smallest hand-made volume that fits, which stays when the claim goes', async () => {
    const volume = (name: string, storage: string, spec: Record<string, unknown> = {}) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, labels: { disk: 'fast' } },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'manual',
        hostPath: { path: `/tmp/${name}` },
        ...spec,
      },
    });
    await cluster.apply(volume('large', '10Gi'));
    await cluster.apply(volume('small', '2Gi'));
    await cluster.apply(volume('tiny', '1Mi'));
    await reads('{.items[*].status.phase}', 'pv').toBe('Available Available Available');
    const selector = { matchLabels: { disk: 'fast' } };
    await cluster.apply(
      claim('manual', { storageClassName: 'manual', selector, resources: { requests: { storage: '1Gi' } } }),
    );
    await reads('{.spec.volumeName} {.status.phase} {.status.capacity.storage}', 'pvc/manual').toBe('small Bound 2Gi');
    expect(await read('{.metadata.annotations}', 'pvc/manual')).toContain('"pv.kubernetes.io/bind-completed":"yes"');
    expect(await read('{.metadata.annotations}', 'pv/small')).toContain('"pv.kubernetes.io/bound-by-controller":"yes"');
    await cluster.kubectl('delete', 'pvc/manual');
    await reads('{.status.phase}', 'pv/small').toBe('Released');
    await cluster.kubectl('delete', 'pv', '--all');
  });

  it('without a class gets the default one when there is one', async () => {
    await cluster.kubectl('delete', 'storageclass', 'standard');
    await cluster.apply(claim('early'));
    await eventsOf('PersistentVolumeClaim', 'early').toContain(
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    );
    const annotation = 'storageclass.kubernetes.io/is-default-class=true';
    await cluster.kubectl('annotate', 'storageclass', 'hostpath', annotation);
    await reads('{.spec.storageClassName} {.status.phase}', 'pvc/early').toBe('hostpath Bound');
    await cluster.kubectl('delete', 'pvc/early');
  });
});
