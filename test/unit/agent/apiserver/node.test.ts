/** A node's certificate, through the front door: the node authorizer and NodeRestriction together. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, Status } from '../../../../agent/api/types.ts';
import type { ApiRequest } from '../../../../agent/client/transport.ts';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

const name = 'worker';
const user = { username: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] };
const merge = { 'content-type': 'application/merge-patch+json' };
const nodes = '/api/v1/nodes';
const pods = inDefault('pods');
const accounts = inDefault('serviceaccounts');
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

let api: TestApi;
let node: AnyObject;
beforeEach(async () => {
  api = await startApi();
  node = await api.create(nodes, { metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } });
  await api.create(nodes, { metadata: { name: 'other' } });
  await api.create(accounts, { metadata: { name: 'default' } });
  await api.create(accounts, { metadata: { name: 'builder' } });
});
afterEach(() => api.close());

const ask = (method: ApiRequest['method'], path: string, body?: unknown) =>
  api.server.transport(user).request({ method, path, body, ...(method === 'PATCH' ? { headers: merge } : {}) });

/** The status, and what is said where it is none of success. */
async function answer(method: ApiRequest['method'], path: string, body?: unknown): Promise<[number, string]> {
  const { status, body: said } = await ask(method, path, body);
  return [status, status >= 400 ? ((said as Status).message ?? '') : ''];
}

const unrelated = `no relationship found between node '${name}' and this object`;

async function run(podName: string, spec: object, on = name): Promise<AnyObject> {
  const made = await api.create(pods, pod(podName, spec));
  await api.create(`${pods}/${podName}/binding`, { metadata: { name: podName }, target: { kind: 'Node', name: on } });
  return made;
}

const everywhere = {
  imagePullSecrets: [{ name: 'pull' }],
  volumes: [
    { name: 'a', secret: { secretName: 'volume' } },
    { name: 'b', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'projected' } }] } },
    { name: 'c', configMap: { name: 'volume' } },
  ],
  containers: [
    {
      name: 'main',
      image: 'web:1.0',
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'x' } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'env', key: 'x' } } },
      ],
      envFrom: [{ secretRef: { name: 'from' } }, { configMapRef: { name: 'from' } }],
    },
  ],
  initContainers: [{ name: 'init', image: 'web:1.0', envFrom: [{ secretRef: { name: 'init' } }] }],
};

describe('what a node reads', () => {
  it.each([
    ...['pull', 'volume', 'projected', 'env', 'from', 'init'].map((each) => inDefault('secrets', each)),
    ...['volume', 'projected', 'env', 'from'].map((each) => inDefault('configmaps', each)),
  ])('%s once a pod that names it is bound to it, and no longer than that', async (path) => {
    const collection = path.slice(0, path.lastIndexOf('/'));
    const object = { metadata: { name: path.slice(path.lastIndexOf('/') + 1) } };
    await api.create(collection, object);
    const resource = collection.endsWith('secrets') ? 'secrets' : 'configmaps';
    const refusal = `${resource} "${object.metadata.name}" is forbidden: User "${user.username}" cannot get resource "${resource}" in API group "" in the namespace "default": ${unrelated}`;
    await run('elsewhere', everywhere, 'other');
    expect(await answer('GET', path)).toEqual([403, refusal]);
    await api.create(pods, pod('here', everywhere));
    expect(await answer('GET', path)).toEqual([403, refusal]);
    await api.create(`${pods}/here/binding`, { metadata: { name: 'here' }, target: { kind: 'Node', name } });
    expect(await answer('GET', path)).toEqual([200, '']);
    await api.request('DELETE', `${pods}/here`, { gracePeriodSeconds: 0 });
    expect(await answer('GET', path)).toEqual([403, refusal]);
  });

  it('lists and watches a secret by its name alone', async () => {
    await run('web', everywhere);
    const secrets = inDefault('secrets');
    expect((await answer('GET', `${secrets}?fieldSelector=metadata.name%3Denv`))[0]).toBe(200);
    expect((await answer('GET', `${secrets}?watch=1&fieldSelector=metadata.name%3Denv`))[0]).toBe(200);
    expect((await answer('GET', `${secrets}?fieldSelector=metadata.name%3Dnobody`))[1]).toContain(unrelated);
    expect((await answer('GET', secrets))[1]).toContain('No Object name found');
    expect((await answer('GET', '/api/v1/secrets'))[1]).toContain('can only read namespaced object of this type');
    expect((await answer('PUT', `${secrets}/env`, {}))[1]).toContain('can only read resources of this type');
  });

  it('is not more for a mirror pod that it makes itself', async () => {
    await api.create(inDefault('secrets'), { metadata: { name: 'volume' } });
    const mirror = { ...pod('mirror', { ...everywhere, nodeName: name }) };
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    await api.create(pods, { ...mirror, metadata: { ...mirror.metadata, annotations } });
    expect((await answer('GET', `${pods}/mirror`))[0]).toBe(200);
    expect((await answer('GET', inDefault('secrets', 'volume')))[1]).toContain(unrelated);
  });

  it('are its own pods', async () => {
    await run('mine', {});
    await run('theirs', {}, 'other');
    expect((await answer('GET', `${pods}/mine`))[0]).toBe(200);
    expect((await answer('GET', `${pods}/theirs`))[1]).toContain(unrelated);
    expect((await answer('GET', '/api/v1/pods'))[1]).toContain(
      'can only list/watch pods with spec.nodeName field selector',
    );
    const listed = await ask('GET', `/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`);
    expect((listed.body as { items: AnyObject[] }).items.map(({ metadata }) => metadata.name)).toEqual(['mine']);
    expect((await answer('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dother'))[0]).toBe(403);
  });

  it('is what the volumes of its pods come from', async () => {
    const claims = inDefault('persistentvolumeclaims');
    const volumes = '/api/v1/persistentvolumes';
    const accessModes = ['ReadWriteOnce'];
    const claimSpec = { accessModes, resources: { requests: { storage: '1Gi' } } };
    await api.create(claims, { metadata: { name: 'data' }, spec: claimSpec });
    await api.create(claims, { metadata: { name: 'web-scratch' }, spec: claimSpec });
    const csi = { driver: 'x', volumeHandle: 'y', nodePublishSecretRef: { name: 'disk', namespace: 'default' } };
    const claimRef = { name: 'data', namespace: 'default' };
    await api.create(volumes, {
      metadata: { name: 'disk' },
      spec: { claimRef, csi, accessModes, capacity: { storage: '1Gi' } },
    });
    await api.create(inDefault('secrets'), { metadata: { name: 'disk' } });
    const paths = [`${claims}/data`, `${claims}/web-scratch`, `${volumes}/disk`, inDefault('secrets', 'disk')];
    for (const path of paths) expect(await answer('GET', path)).toEqual([403, expect.stringContaining(unrelated)]);
    const ephemeral = { volumeClaimTemplate: { spec: claimSpec } };
    const own = [
      { name: 'a', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'scratch', ephemeral },
    ];
    await run('web', { volumes: own });
    for (const path of paths) expect(await answer('GET', path)).toEqual([200, '']);
    expect((await answer('PATCH', `${claims}/data/status`, { status: { capacity: { storage: '1Gi' } } }))[0]).toBe(200);
    expect((await answer('PATCH', `${claims}/data/status`, { status: { phase: 'Lost' } }))[1]).toContain(
      'is not allowed to update fields other than status.capacity and status.conditions',
    );
    expect((await answer('GET', volumes))[1]).toContain('can only get individual resources of this type');
  });
});

const token = (pod: AnyObject | { metadata: { name: string; uid: string } }, spec: object = {}) => ({
  spec: {
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
    ...spec,
  },
});

describe('the tokens that a node makes', () => {
  const path = `${accounts}/builder/token`;
  const forbiddenToken = (reason: string) => [403, `serviceaccounts "builder" is forbidden: ${reason}`];
  let bound: AnyObject;
  beforeEach(async () => {
    bound = await run('web', { serviceAccountName: 'builder' });
  });

  it('are for the service accounts of its pods', async () => {
    expect((await answer('POST', path, token(bound)))[0]).toBe(201);
    expect((await answer('POST', `${accounts}/default/token`, token(bound)))[1]).toContain(unrelated);
    expect((await answer('GET', `${accounts}/builder`))[0]).toBe(403);
  });

  it('are bound to such a pod', async () => {
    const theirs = await run('theirs', { serviceAccountName: 'builder' }, 'other');
    const { metadata } = bound;
    const without = { metadata: { name: metadata.name, uid: '' } };
    const wrong = { metadata: { name: metadata.name, uid: 'wrong' } };
    const missing = { metadata: { name: 'missing', uid: 'x' } };
    expect(await answer('POST', path, {})).toEqual(forbiddenToken('node requested token not bound to a pod'));
    expect(await answer('POST', path, token(without))).toEqual(
      forbiddenToken('node requested token with a pod binding without a uid'),
    );
    expect(await answer('POST', path, token(wrong))).toEqual(
      forbiddenToken(
        'the UID in the bound object reference (wrong) does not match the UID in record. The object might have been deleted and then recreated',
      ),
    );
    expect(await answer('POST', path, token(theirs))).toEqual(
      forbiddenToken('node requested token bound to a pod scheduled on a different node'),
    );
    expect(await answer('POST', path, token(missing))).toEqual([404, 'pods "missing" not found']);
  });

  it('are for the audiences that the pod uses', async () => {
    const sources = [{ serviceAccountToken: { path: 'token', audience: 'vault' } }];
    const vaulted = await run('vaulted', {
      serviceAccountName: 'builder',
      volumes: [{ name: 'vault', projected: { sources } }],
    });
    expect((await answer('POST', path, token(vaulted, { audiences: ['vault'] })))[0]).toBe(201);
    expect(await answer('POST', path, token(bound, { audiences: ['vault'] }))).toEqual(
      forbiddenToken(
        `audience "vault" not found in pod spec volume, ${user.username} is not authorized to request tokens for this audience`,
      ),
    );
    expect(await answer('POST', path, token(vaulted, { audiences: ['vault', 'x'] }))).toEqual(
      forbiddenToken('node may only request 0 or 1 audiences'),
    );
  });
});

describe('the pods that a node makes', () => {
  const mirror = (metadata: object = {}, spec: object = {}) => ({
    metadata: {
      name: 'mirror',
      annotations: { 'kubernetes.io/config.mirror': 'x' },
      ownerReferences: [owner()],
      ...metadata,
    },
    spec: { nodeName: name, containers: [{ name: 'main', image: 'web:1.0' }], ...spec },
  });
  const owner = (changes: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Node',
    name,
    uid: node.metadata.uid,
    controller: true,
    ...changes,
  });
  const refusal = (reason: string) => [403, `pods "mirror" is forbidden: ${reason}`];

  it('are mirror pods on itself, which it owns', async () => {
    expect(await answer('POST', pods, mirror())).toEqual([201, '']);
  });

  it.each([
    [
      'no mirror pod',
      () => mirror({ annotations: {} }, { serviceAccountName: 'default' }),
      `pod does not have "kubernetes.io/config.mirror" annotation, node "${name}" can only create mirror pods`,
    ],
    [
      'on another node',
      () =>
        mirror(
          {},
          { nodeName: 'other', containers: [{ name: 'a', image: 'b', securityContext: { privileged: true } }] },
        ),
      `node "${name}" can only create pods with spec.nodeName set to itself`,
    ],
    [
      'without an owner',
      () => mirror({ ownerReferences: [] }),
      `node "${name}" can only create pods with an owner reference set to itself`,
    ],
    [
      'of another node',
      () => mirror({ ownerReferences: [owner({ name: 'other' })] }),
      `node "${name}" can only create pods with an owner reference set to itself`,
    ],
    [
      'with two owners',
      () => mirror({ ownerReferences: [owner(), owner({ uid: 'x', controller: false })] }),
      `node "${name}" can only create pods with a single owner reference set to itself`,
    ],
    [
      'that it does not control',
      () => mirror({ ownerReferences: [owner({ controller: false })] }),
      `node "${name}" can only create pods with a controller owner reference set to itself`,
    ],
    [
      'that hold it back',
      () => mirror({ ownerReferences: [owner({ blockOwnerDeletion: true })] }),
      `node "${name}" must not set blockOwnerDeletion on an owner reference`,
    ],
    [
      'with a service account',
      () => mirror({}, { serviceAccountName: 'builder' }),
      `node "${name}" can not create pods that reference a service account`,
    ],
    [
      'with a secret',
      () => mirror({}, { volumes: [{ name: 'a', secret: { secretName: 'x' } }] }),
      `node "${name}" can not create pods that reference secrets`,
    ],
    [
      'with a config map',
      () => mirror({}, { volumes: [{ name: 'a', configMap: { name: 'x' } }] }),
      `node "${name}" can not create pods that reference configmaps`,
    ],
    [
      'with a claim',
      () => mirror({}, { volumes: [{ name: 'a', persistentVolumeClaim: { claimName: 'x' } }] }),
      `node "${name}" can not create pods that reference persistentvolumeclaims`,
    ],
  ])('are never %s', async (_what, body, reason) => {
    expect(await answer('POST', pods, body())).toEqual(refusal(reason));
    expect((await api.list(pods)).items).toEqual([]);
  });

  it('are never owned by a node of the same name from before', async () => {
    const answered = await answer('POST', pods, mirror({ ownerReferences: [owner({ uid: 'old' })] }));
    expect(answered).toEqual(refusal(`node ${name} UID mismatch: expected old got ${node.metadata.uid}`));
  });
});

describe('what a node does to pods', () => {
  beforeEach(async () => {
    await run('mine', {});
    await run('theirs', {}, 'other');
  });

  it.each([
    [
      'PATCH',
      'status',
      { status: { message: 'told' } },
      200,
      'can only update pod status for pods with spec.nodeName set to itself',
    ],
    ['POST', 'eviction', {}, 201, 'can only evict pods with spec.nodeName set to itself'],
    ['DELETE', '', { gracePeriodSeconds: 0 }, 200, 'can only delete pods with spec.nodeName set to itself'],
  ] as const)('%s %s is for its own', async (method, subresource, body, success, reason) => {
    const ask = (of: string) => {
      const named = method === 'POST' ? { ...body, metadata: { name: of } } : body;
      return answer(method, `${pods}/${of}${subresource && `/${subresource}`}`, named);
    };
    expect((await ask('mine'))[0]).toBe(success);
    expect(await ask('theirs')).toEqual([403, expect.stringContaining(reason)]);
  });

  it('leaves their labels alone', async () => {
    const patch = { metadata: { labels: { app: 'web' } }, status: {} };
    expect(await answer('PATCH', `${pods}/mine/status`, patch)).toEqual([
      403,
      `pods "mine" is forbidden: node "${name}" cannot update labels through pod status`,
    ]);
  });

  it('is not to bind, run commands in or delete many', async () => {
    expect((await answer('POST', `${pods}/mine/binding`, { target: { name } }))[0]).toBe(403);
    expect((await answer('POST', `${pods}/mine/exec?command=sh`))[0]).toBe(403);
    expect((await answer('DELETE', `${pods}?fieldSelector=spec.nodeName%3D${name}`))[0]).toBe(403);
  });
});

describe('what a node says of itself', () => {
  const self = `${nodes}/${name}`;
  const refusal = (reason: string) => [403, `nodes "${name}" is forbidden: ${reason}`];

  it.each([
    ['GET', `${nodes}/other`, undefined, 403],
    ['GET', nodes, undefined, 403],
    ['PATCH', self, { metadata: { labels: { 'node.kubernetes.io/instance-type': 'big', mine: 'yes' } } }, 200],
    ['PATCH', self, { metadata: { annotations: { note: 'x' } } }, 200],
    ['PATCH', `${self}/status`, { status: { phase: 'Running' } }, 200],
    ['DELETE', self, undefined, 403],
  ] as const)('%s %s %j is answered with %s %s', async (method, path, body, status) => {
    expect((await answer(method, path, body))[0]).toBe(status);
  });

  it.each([
    ['node-role.kubernetes.io/control-plane', ''],
    ['node-restriction.kubernetes.io/secure', 'yes'],
    ['sub.node-restriction.kubernetes.io/secure', 'yes'],
    ['kubernetes.io/anything', 'x'],
    ['example.k8s.io/anything', 'x'],
  ])('is never the label %s', async (label, value) => {
    const patch = { metadata: { labels: { [label]: value } } };
    expect(await answer('PATCH', self, patch)).toEqual(refusal(`is not allowed to modify labels: ${label}`));
    expect(await answer('PATCH', `${self}/status`, patch)).toEqual(
      refusal(`is not allowed to modify labels: ${label}`),
    );
    await api.request('DELETE', self);
    expect(await answer('POST', nodes, { metadata: { name, ...patch.metadata } })).toEqual(
      refusal(`node "${name}" is not allowed to set the following labels: ${label}`),
    );
  });

  it('does not take away a label that others gave it, nor its taints', async () => {
    const labels = { 'node-restriction.kubernetes.io/secure': 'yes' };
    const taints = [{ key: 'dedicated', effect: 'NoSchedule' }];
    await api.request('PATCH', self, { metadata: { labels }, spec: { taints } }, merge);
    const without = { metadata: { labels: { 'node-restriction.kubernetes.io/secure': null } } };
    expect(await answer('PATCH', self, without)).toEqual(
      refusal('is not allowed to modify labels: node-restriction.kubernetes.io/secure'),
    );
    expect(await answer('PATCH', self, { spec: { taints: [] } })).toEqual(
      refusal(`node "${name}" is not allowed to modify taints`),
    );
  });

  it('registers with taints and with the labels of a kubelet', async () => {
    await api.request('DELETE', self);
    const labels = {
      'kubernetes.io/hostname': name,
      'topology.kubernetes.io/zone': 'a',
      'sub.node.kubernetes.io/x': '',
    };
    const spec = { taints: [{ key: 'dedicated', effect: 'NoSchedule' }] };
    expect(await answer('POST', nodes, { metadata: { name, labels }, spec })).toEqual([201, '']);
  });

  it('is nothing of another node', async () => {
    const reason = `nodes "other" is forbidden: node "${name}" is not allowed to modify node "other"`;
    expect(await answer('PATCH', `${nodes}/other`, { spec: {} })).toEqual([403, reason]);
    expect(await answer('PATCH', `${nodes}/other/status`, { status: {} })).toEqual([403, reason]);
    const third = `nodes "third" is forbidden: node "${name}" is not allowed to modify node "third"`;
    expect(await answer('POST', nodes, { metadata: { name: 'third' } })).toEqual([403, third]);
  });
});

describe('what else a node writes', () => {
  const csiNodes = '/apis/storage.k8s.io/v1/csinodes';
  const slices = '/apis/resource.k8s.io/v1/resourceslices';
  const attachments = '/apis/storage.k8s.io/v1/volumeattachments';

  it.each([
    [leases, 'can only access node lease with the same name as the requesting node'],
    [csiNodes, 'can only access CSINode with the same name as the requesting node'],
  ])('in %s is what has its own name', async (path, reason) => {
    expect(await answer('POST', path, { metadata: { name }, spec: {} })).toEqual([201, '']);
    expect((await answer('PATCH', `${path}/${name}`, { metadata: { labels: { a: 'b' } } }))[0]).toBe(200);
    expect(await answer('POST', path, { metadata: { name: 'other' }, spec: {} })).toEqual([
      403,
      expect.stringContaining(reason),
    ]);
    expect((await answer('PATCH', `${path}/other`, {}))[1]).toContain(reason);
    expect((await answer('GET', path))[0]).toBe(403);
  });

  it('are slices of its own devices', async () => {
    const pool = { name: 'pool', resourceSliceCount: 1 };
    const slice = (of: string, nodeName: string) => ({
      metadata: { name: of },
      spec: { nodeName, driver: 'gpu.example.com', pool },
    });
    expect(await answer('POST', slices, slice('mine', name))).toEqual([201, '']);
    expect((await answer('POST', slices, slice('theirs', 'other')))[1]).toContain(
      'can only create ResourceSlice with the same NodeName as the requesting node',
    );
    await api.create(slices, slice('theirs', 'other'));
    expect((await answer('GET', `${slices}/mine`))[0]).toBe(200);
    expect((await answer('GET', `${slices}/theirs`))[1]).toContain(unrelated);
    expect((await answer('DELETE', `${slices}/mine`))[0]).toBe(200);
    expect((await answer('DELETE', `${slices}/theirs`))[0]).toBe(403);
  });

  it('is no attachment, of which it reads its own', async () => {
    const spec = { attacher: 'csi.example.com', source: { persistentVolumeName: 'data' } };
    await api.create(attachments, { metadata: { name: 'mine' }, spec: { ...spec, nodeName: name } });
    await api.create(attachments, { metadata: { name: 'theirs' }, spec: { ...spec, nodeName: 'other' } });
    expect((await answer('GET', `${attachments}/mine`))[0]).toBe(200);
    expect((await answer('GET', `${attachments}/theirs`))[0]).toBe(403);
    expect((await answer('DELETE', `${attachments}/mine`))[0]).toBe(403);
  });

  it('are events about anything', async () => {
    const event = { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'x' } };
    expect(await answer('POST', inDefault('events'), event)).toEqual([201, '']);
  });

  it('is nothing of a workload', async () => {
    expect((await answer('POST', inDefault('configmaps'), configMap('a')))[0]).toBe(403);
    expect((await answer('DELETE', '/api/v1/namespaces/default'))[0]).toBe(403);
  });
});

it("follows the settings of the cluster's name server, and no other config map of the system", async () => {
  const maps = '/api/v1/namespaces/kube-system/configmaps';
  const { status, body } = await ask('GET', `${maps}?fieldSelector=metadata.name%3Dcoredns`);
  expect([status, body]).toMatchObject([200, { items: [{ data: { Corefile: expect.stringContaining('forward') } }] }]);
  expect((await answer('GET', `${maps}/extension-apiserver-authentication`))[0]).toBe(403);
  expect((await answer('GET', maps))[0]).toBe(403);
});
