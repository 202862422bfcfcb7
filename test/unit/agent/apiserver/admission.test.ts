import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, Service } from '../../../../agent/api/types.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('a pod', () => {
  const pods = inDefault('pods');

  it('is refused where its service account does not exist', async () => {
    expect(await api.refused('POST', pods, pod('web'))).toMatchObject({
      code: 403,
      message:
        'pods "web" is forbidden: error looking up service account default/default: serviceaccount "default" not found',
    });
  });

  it('gets a token, a priority and tolerations', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const { spec } = await api.create(pods, pod('web'));
    expect(spec).toMatchObject({
      serviceAccountName: 'default',
      priority: 0,
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
      containers: [{ volumeMounts: [{ readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }],
      volumes: [
        {
          name: expect.stringMatching(/^kube-api-access-/),
          projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }, {}, {}] },
        },
      ],
    });
  });

  it('has no say in its priority', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    expect(await api.refused('POST', pods, pod('web', { priority: 5 }))).toMatchObject({
      code: 403,
      message:
        'pods "web" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    });
  });

  it('is refused where it wants a runtime class that does not exist', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    expect(await api.refused('POST', pods, pod('web', { runtimeClassName: 'gvisor' }))).toMatchObject({
      code: 403,
      message: 'pods "web" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    });
  });

  it.each([{}, { hostNetwork: true }, { initContainers: [{ name: 'a', image: 'b' }] }])(
    'is refused without containers: %j',
    async (spec) => {
      await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
      expect(await api.refused('POST', pods, { metadata: { name: 'web' }, spec })).toMatchObject({
        code: 422,
        message: 'Pod "web" is invalid: spec.containers: Required value',
      });
    },
  );

  it('gets no token where it wants none', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const { spec } = await api.create(pods, pod('web', { automountServiceAccountToken: false }));
    expect(spec?.volumes).toBeUndefined();
  });

  it('is bound once', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create(pods, pod('web'));
    await api.create(`${pods}/web/binding`, { metadata: { name: 'web' }, target: { kind: 'Node', name: 'worker' } });
    const bound = await api.get(`${pods}/web`);
    expect(bound).toMatchObject({
      spec: { nodeName: 'worker' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    });
    expect(
      await api.refused('POST', `${pods}/web/binding`, { metadata: { name: 'web' }, target: { name: 'worker2' } }),
    ).toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "worker"',
      details: { kind: 'pods/binding', name: 'web' },
    });
  });

  const toWorker = { metadata: { name: 'web' }, target: { kind: 'Node', name: 'worker' } };

  it('is nominated for no node any more once it is bound, and takes the labels of its binding', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create(pods, { ...pod('web'), metadata: { name: 'web', labels: { app: 'web', tier: 'a' } } });
    const nominated = { status: { nominatedNodeName: 'worker2' } };
    const mergePatch = { 'content-type': 'application/merge-patch+json' };
    await api.request('PATCH', `${pods}/web/status`, nominated, mergePatch);
    await api.create(`${pods}/web/binding`, { ...toWorker, metadata: { name: 'web', labels: { tier: 'b' } } });
    const { metadata, spec, status } = await api.get(`${pods}/web`);
    expect([metadata.labels, spec?.nodeName]).toEqual([{ app: 'web', tier: 'b' }, 'worker']);
    expect(status).not.toHaveProperty('nominatedNodeName');
  });

  const zoned = {
    'topology.kubernetes.io/zone': 'a',
    'topology.kubernetes.io/region': 'north',
    'topology.kubernetes.io/rack': '7',
  };
  const topology = { 'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'north' };

  it('takes zone and region of its node when it is bound, in place of its own', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create('/api/v1/nodes', { metadata: { name: 'worker', labels: zoned } });
    const labels = { app: 'web', 'topology.kubernetes.io/zone': 'mine' };
    await api.create(pods, { ...pod('web'), metadata: { name: 'web', labels } });
    await api.create(`${pods}/web/binding`, toWorker);
    expect((await api.get(`${pods}/web`)).metadata.labels).toEqual({ app: 'web', ...topology });
  });

  it('takes zone and region of the node that it is created on', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create('/api/v1/nodes', { metadata: { name: 'worker', labels: zoned } });
    expect((await api.create(pods, pod('there', { nodeName: 'worker' }))).metadata.labels).toEqual(topology);
    expect((await api.create(pods, pod('nowhere', { nodeName: 'other' }))).metadata.labels).toBeUndefined();
    expect((await api.create(pods, pod('pending'))).metadata.labels).toBeUndefined();
  });

  it('keeps the order of its conditions when it is bound', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create(pods, pod('web'));
    const conditions = [
      { type: 'PodScheduled', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'example.com/ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ];
    const mergePatch = { 'content-type': 'application/merge-patch+json' };
    await api.request('PATCH', `${pods}/web/status`, { status: { conditions } }, mergePatch);
    await api.create(`${pods}/web/binding`, toWorker);
    const { status } = await api.get(`${pods}/web`);
    expect(status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }, { type: 'example.com/ready' }]);
  });

  it('is bound in the version that the binding names, and in no other', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const { metadata } = await api.create(pods, pod('web'));
    const { uid, resourceVersion } = metadata;
    const bind = (about: object) =>
      api.refused('POST', `${pods}/web/binding`, { ...toWorker, metadata: { name: 'web', ...about } });
    const failed = (text: string) => ({
      code: 409,
      message: `Operation cannot be fulfilled on pods "web": StorageError: invalid object, Code: 4, Key: /registry/pods/default/web, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${text}`,
    });
    expect(await bind({ resourceVersion: '1' })).toMatchObject(
      failed(`ResourceVersion in precondition: 1, ResourceVersion in object meta: ${resourceVersion}`),
    );
    expect(await bind({ uid: 'other', resourceVersion: '1' })).toMatchObject(
      failed(`UID in precondition: other, UID in object meta: ${uid}`),
    );
    await api.create(`${pods}/web/binding`, { ...toWorker, metadata: { name: 'web', uid, resourceVersion } });
    expect((await api.get(`${pods}/web`)).spec?.nodeName).toBe('worker');
  });

  it('is not bound while something gates its scheduling', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    await api.create(
      pods,
      pod('web', { containers: [{ name: 'a', image: 'b' }], schedulingGates: [{ name: 'a.b/c' }] }),
    );
    expect(await api.refused('POST', `${pods}/web/binding`, toWorker)).toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "web": pod web has non-empty .spec.schedulingGates',
    });
  });
});

describe('a service', () => {
  const services = inDefault('services');
  const service = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  });
  const specOf = (object: AnyObject): Service['spec'] => object.spec as Service['spec'];

  it('gets an address of the service range', async () => {
    const { clusterIP, clusterIPs } = specOf(await api.create(services, service('web')));
    expect(clusterIP).toMatch(/^10\.(9[6-9]|10\d|11[01])\./);
    expect(clusterIPs).toEqual([clusterIP]);
  });

  it('never shares an address or a node port with another, however many are made at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 200 }, (_, index) => api.create(services, service(`web${index}`, { type: 'NodePort' }))),
    );
    expect(new Set(made.map((each) => specOf(each).clusterIP)).size).toBe(200);
    const ports = made.map((each) => specOf(each).ports?.[0]?.nodePort ?? 0);
    expect(new Set(ports).size).toBe(200);
    expect(ports.every((port) => port >= 30000 && port <= 32767)).toBe(true);
  });

  it.each([
    ['with an address', {}, ['IPv4'], 'SingleStack'],
    ['without one', { clusterIP: 'None' }, ['IPv4'], 'SingleStack'],
    ['without one and without pods', { clusterIP: 'None', selector: {} }, ['IPv4', 'IPv6'], 'RequireDualStack'],
    ['of another name', { type: 'ExternalName', externalName: 'example.com' }, undefined, undefined],
  ])('%s has the address families of a cluster with IPv4', async (_what, given, ipFamilies, ipFamilyPolicy) => {
    const body = {
      metadata: { name: 'families' },
      spec: { ports: [{ port: 80 }], selector: { app: 'web' }, ...given },
    };
    const { spec } = await api.create(inDefault('services'), body);
    expect([spec?.ipFamilies, spec?.ipFamilyPolicy]).toEqual([ipFamilies, ipFamilyPolicy]);
  });

  it('is refused an address family that the cluster has not', async () => {
    const spec = { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] };
    expect(await api.refused('POST', services, service('web', spec))).toMatchObject({
      code: 422,
      message:
        'Service "web" is invalid: [spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services, spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster]',
    });
    const preferred = await api.create(services, service('web', { ipFamilyPolicy: 'PreferDualStack' }));
    expect(specOf(preferred)).toMatchObject({ ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] });
  });

  it('is refused an address or a port that is taken', async () => {
    expect(await api.refused('POST', services, service('web', { clusterIP: '10.96.0.10' }))).toMatchObject({
      code: 422,
      message:
        'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    });
    const fixed = { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] };
    await api.create(services, service('a', fixed));
    expect(await api.refused('POST', services, service('b', fixed))).toMatchObject({
      code: 422,
      message:
        'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    });
  });

  it('lets go of its address when it is deleted, or could not be created', async () => {
    const fixed = { clusterIP: '10.96.7.7' };
    await api.create(services, service('a', fixed));
    await api.request('DELETE', `${services}/a`);
    await api.create(services, service('b', fixed));
    const taken = { clusterIP: '10.96.8.8', type: 'NodePort', ports: [{ port: 80, nodePort: 1 }] };
    await api.refused('POST', services, service('c', taken));
    expect(specOf(await api.create(services, service('c', { clusterIP: '10.96.8.8' }))).clusterIP).toBe('10.96.8.8');
  });

  it('lets go of a port when an update gives it up, and keeps it from others until then', async () => {
    const at = (nodePort: number) => ({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
    await api.create(services, service('a', at(30081)));
    await api.request('PUT', `${services}/a`, service('a', at(30082)));
    await api.create(services, service('b', at(30081)));
    await api.request('PUT', `${services}/a`, service('a', { type: 'ClusterIP' }));
    expect(await api.refused('POST', services, service('c', at(30081)))).toMatchObject({ code: 422 });
    expect(specOf(await api.create(services, service('c', at(30082)))).ports?.[0]?.nodePort).toBe(30082);
  });

  it('keeps its address and ports through an update that does not name them', async () => {
    const before = specOf(await api.create(services, service('web', { type: 'NodePort' })));
    const { body } = await api.request('PUT', `${services}/web`, service('web', { type: 'NodePort' }));
    const after = specOf(body as AnyObject);
    expect(after.clusterIP).toBe(before.clusterIP);
    expect(after.ports?.[0]?.nodePort).toBe(before.ports?.[0]?.nodePort);
  });

  const dns = (tcp: number) => [
    { name: 'udp', port: 53, protocol: 'UDP' },
    { name: 'tcp', port: 53, protocol: 'TCP', nodePort: tcp },
  ];
  const numbersOf = (object: unknown) => (specOf(object as AnyObject).ports ?? []).map(({ nodePort }) => nodePort);

  it('has one node port for a port of two protocols, which no other service gets for a third', async () => {
    expect(numbersOf(await api.create(services, service('a', { type: 'NodePort', ports: dns(30053) })))).toEqual([
      30053, 30053,
    ]);
    const third = { type: 'NodePort', ports: [{ port: 53, protocol: 'SCTP', nodePort: 30053 }] };
    expect(await api.refused('POST', services, service('b', third))).toMatchObject({
      message:
        'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30053: provided port is already allocated',
    });
    const [udp, tcp] = numbersOf(await api.create(services, service('c', { type: 'NodePort', ports: dns(0) })));
    expect([udp, udp]).toEqual([tcp, expect.any(Number)]);
  });

  it('keeps the node port of a port by its name, whatever else of the port changes', async () => {
    const ports = [{ name: 'web', port: 80 }];
    const [before] = numbersOf(await api.create(services, service('web', { type: 'NodePort', ports })));
    const changed = [
      { name: 'web', port: 8080 },
      { name: 'admin', port: 80 },
    ];
    const { body } = await api.request('PUT', `${services}/web`, service('web', { type: 'NodePort', ports: changed }));
    const [web, admin] = numbersOf(body);
    expect(web).toBe(before);
    expect(admin).not.toBe(before);
  });

  it('is refused a port for health checks that is taken, in the words of the allocator', async () => {
    const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30100 };
    await api.create(services, service('a', local));
    expect(await api.refused('POST', services, service('b', local))).toMatchObject({
      code: 500,
      message:
        'Internal error occurred: failed to allocate requested HealthCheck NodePort 30100: provided port is already allocated',
    });
  });
});

describe('a token', () => {
  const accounts = inDefault('serviceaccounts');
  const review = async (token: unknown) =>
    (await api.create('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })).status;

  it('is good for its account as long as what it is bound to', async () => {
    await api.create(accounts, { metadata: { name: 'default' } });
    const { metadata } = await api.create(inDefault('pods'), pod('web'));
    const request = { spec: { boundObjectRef: { kind: 'Pod', name: 'web', uid: metadata.uid } } };
    const { status } = await api.create(`${accounts}/default/token`, request);
    expect(await review(status?.token)).toMatchObject({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:default',
        extra: { 'authentication.kubernetes.io/pod-name': ['web'] },
      },
    });
    await api.request('DELETE', inDefault('pods', 'web'));
    expect(await review(status?.token)).toMatchObject({ error: 'invalid bearer token' });
  });

  it('runs out', async () => {
    await api.create(accounts, { metadata: { name: 'default' } });
    const { status } = await api.create(`${accounts}/default/token`, { spec: { expirationSeconds: 600 } });
    expect(status?.expirationTimestamp).toBe('2026-01-01T00:10:00Z');
    expect(await review(status?.token)).toMatchObject({ authenticated: true });
    await api.clock.advance(600_000);
    expect(await review(status?.token)).toMatchObject({ error: 'invalid bearer token' });
  });

  it('is not good when somebody else has signed it', async () => {
    await api.create(accounts, { metadata: { name: 'default' } });
    const { status } = await api.create(`${accounts}/default/token`, {});
    const [header, payload] = String(status?.token).split('.');
    expect(await review(`${header}.${payload}.${Buffer.alloc(64, 1).toString('base64url')}`)).toMatchObject({
      error: 'invalid bearer token',
    });
  });
});
