import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployments } from '../../agent/api/apps/deployment.ts';
import { replicaSets } from '../../agent/api/apps/replica-set.ts';
import { configMaps } from '../../agent/api/core/config-map.ts';
import { namespaces } from '../../agent/api/core/namespace.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { replicationControllers } from '../../agent/api/core/replication-controller.ts';
import { services } from '../../agent/api/core/service.ts';
import { endpointSlices } from '../../agent/api/discovery/endpoint-slice.ts';
import type { Kind } from '../../agent/api/kind.ts';
import type { KubeObject } from '../../agent/api/types.ts';
import type { Informer } from '../../agent/client/informer.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.close());

/** Resolves once the informer's view fulfils the condition; rejects after a while with what it is. */
function until<T extends KubeObject>(kind: Kind<T>, condition: (informer: Informer<T>) => boolean): Promise<void> {
  const informer = cluster.informers.for(kind);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(
        new Error(`not reached; there are ${JSON.stringify(informer.list().map(({ metadata }) => metadata.name))}`),
      );
    }, 45_000);
    const check = () => {
      if (!condition(informer)) return;
      clearTimeout(timer);
      stop();
      resolve();
    };
    const stop = informer.onChange(check);
    check();
  });
}

const deployment = (name: string, replicas: number, spec: Record<string, unknown> = {}, namespace = 'default') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
    ...spec,
  },
});
const ofApp = (name: string) => (informer: Informer<KubeObject>) =>
  informer.list().filter(({ metadata }) => metadata.labels?.app === name);
const rolledOut = (name: string) => cluster.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=45s');
const read = (path: string, ...args: string[]) => cluster.kubectl('get', ...args, '-o', `jsonpath=${path}`);

describe('a deployment', () => {
  it('rolls out, rolls over to a new image, and back', async () => {
    await cluster.apply(deployment('roll', 3));
    expect(await rolledOut('roll')).toContain('successfully rolled out');
    await cluster.kubectl('set', 'image', 'deployment/roll', 'web=web:2.0');
    await rolledOut('roll');
    expect(
      await read(
        '{.items[*].spec.containers[0].image}',
        'pods',
        '-l',
        'app=roll',
        '--field-selector=status.phase=Running',
      ),
    ).toMatch(/^web:2.0( web:2.0)*$/);
    await cluster.kubectl('rollout', 'undo', 'deployment/roll');
    await rolledOut('roll');
    expect(await read('{.spec.template.spec.containers[0].image}', 'deployment/roll')).toBe('web:1.0');
    expect(await read('{.metadata.annotations.deployment\\.kubernetes\\.io/revision}', 'deployment/roll')).toBe('3');
    // Coming back reuses the first replica set.
    expect(ofApp('roll')(cluster.informers.for(replicaSets))).toHaveLength(2);
    expect(await cluster.kubectl('rollout', 'history', 'deployment/roll')).toMatch(/\n2 +<none>\n3 +<none>\n/);
  });

  it('tells what it does as upstream does', async () => {
    await cluster.apply(deployment('told', 2));
    await rolledOut('told');
    const selector = '--field-selector=involvedObject.kind=Deployment,involvedObject.name=told';
    expect(await read('{.items[*].message}', 'events', selector)).toMatch(
      /^Scaled up replica set told-\w+ from 0 to 2$/,
    );
    expect(await read('{.status.conditions[*].reason}', 'deployment/told')).toBe(
      'MinimumReplicasAvailable NewReplicaSetAvailable',
    );
  });

  it('does not move while it is paused, and catches up when resumed', async () => {
    await cluster.apply(deployment('paused', 1));
    await rolledOut('paused');
    await cluster.kubectl('rollout', 'pause', 'deployment/paused');
    await cluster.kubectl('set', 'image', 'deployment/paused', 'web=web:2.0');
    await until(deployments, (informer) => {
      const found = informer.get('default/paused');
      return (found?.status?.observedGeneration ?? 0) === found?.metadata.generation;
    });
    expect(ofApp('paused')(cluster.informers.for(replicaSets))).toHaveLength(1);
    await cluster.kubectl('rollout', 'resume', 'deployment/paused');
    await rolledOut('paused');
    expect(ofApp('paused')(cluster.informers.for(replicaSets))).toHaveLength(2);
  });

  it('is restarted with new pods', async () => {
    await cluster.apply(deployment('again', 2));
    await rolledOut('again');
    const before = await read('{.items[*].metadata.name}', 'pods', '-l', 'app=again');
    await cluster.kubectl('rollout', 'restart', 'deployment/again');
    await rolledOut('again');
    await until(pods, (informer) => ofApp('again')(informer).length === 2);
    const after = await read('{.items[*].metadata.name}', 'pods', '-l', 'app=again');
    expect(after.split(' ').filter((name) => before.includes(name))).toEqual([]);
  });

  it('leaves counts of none out of its status, as upstream does', async () => {
    await cluster.apply(deployment('none', 1));
    await rolledOut('none');
    await cluster.kubectl('scale', 'deployment/none', '--replicas=0');
    const fieldsOf = async (path: string, ...what: string[]) =>
      Object.keys(JSON.parse(await read(path, ...what))).sort();
    await expect
      .poll(() => fieldsOf('{.status}', 'deployment/none'))
      .toEqual(['conditions', 'observedGeneration', 'terminatingReplicas']);
    expect(await fieldsOf('{.items[0].status}', 'replicasets', '-l', 'app=none')).toEqual([
      'observedGeneration',
      'replicas',
      'terminatingReplicas',
    ]);
  });

  it('scales up and down', async () => {
    await cluster.apply(deployment('sized', 1));
    await rolledOut('sized');
    await cluster.kubectl('scale', 'deployment/sized', '--replicas=5');
    await until(deployments, (informer) => informer.get('default/sized')?.status?.availableReplicas === 5);
    await cluster.kubectl('scale', 'deployment/sized', '--replicas=2');
    await until(pods, (informer) => ofApp('sized')(informer).length === 2);
  });

  it('stops the old pods before it starts new ones where it recreates', async () => {
    await cluster.apply(deployment('fresh', 2, { strategy: { type: 'Recreate' } }));
    await rolledOut('fresh');
    const images = new Set<string>();
    const stop = cluster.informers.for(pods).onChange(() => {
      const alive = cluster.informers
        .for(pods)
        .list()
        .filter((pod) => pod.metadata.labels?.app === 'fresh');
      images.add([...new Set(alive.map((pod) => pod.spec.containers[0]?.image))].sort().join('+'));
    });
    await cluster.kubectl('set', 'image', 'deployment/fresh', 'web=web:2.0');
    await rolledOut('fresh');
    stop();
    expect([...images]).not.toContain('web:1.0+web:2.0');
    expect([...images]).toContain('web:2.0');
  });

  it('keeps serving with old pods when the new ones never become ready', async () => {
    cluster.kubelets.broken.add('web:broken');
    await cluster.apply(deployment('stuck', 3, { progressDeadlineSeconds: 1 }));
    await rolledOut('stuck');
    await cluster.kubectl('set', 'image', 'deployment/stuck', 'web=web:broken');
    await expect(rolledOut('stuck')).rejects.toThrow('exceeded its progress deadline');
    expect(await read('{.status.availableReplicas}', 'deployment/stuck')).toBe('3');
    expect(await read('{.status.conditions[?(@.type=="Progressing")].reason}', 'deployment/stuck')).toBe(
      'ProgressDeadlineExceeded',
    );
  });
});

describe('a rollout', () => {
  const setsOf = (name: string) =>
    cluster.informers
      .for(replicaSets)
      .list()
      .filter(({ metadata }) => metadata.labels?.app === name);
  const sizes = (name: string) =>
    Object.fromEntries(
      setsOf(name).map(({ spec }) => [spec.template?.spec?.containers[0]?.image ?? '', spec.replicas ?? 0]),
    );
  const rollingUpdate = (maxSurge: number, maxUnavailable: number) => ({
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  });

  it('deletes the pods of an adopted replica set and goes on from its revision', async () => {
    const app = 'adopted';
    const template = {
      metadata: { labels: { app, pod: 'old' } },
      spec: { containers: [{ name: 'web', image: 'web:1.0' }] },
    };
    const annotations = { 'deployment.kubernetes.io/revision': '3546343826724305832' };
    await cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'adopted-controller', labels: { app, pod: 'old' }, annotations },
      spec: { replicas: 1, selector: { matchLabels: { app, pod: 'old' } }, template },
    });
    await until(replicaSets, (informer) => informer.get('default/adopted-controller')?.status?.availableReplicas === 1);
    await cluster.apply(deployment(app, 1, rollingUpdate(1, 1)));
    await cluster.kubectl('set', 'image', `deployment/${app}`, 'web=web:2.0');
    await rolledOut(app);
    expect(await read('{.metadata.annotations.deployment\\.kubernetes\\.io/revision}', `deployment/${app}`)).toMatch(
      /^354634382672430583[34]$/,
    );
    expect(sizes(app)).toMatchObject({ 'web:1.0': 0, 'web:2.0': 1 });
    await until(pods, (informer) => ofApp(app)(informer).length === 1);
  });

  it('rolls over to a template that comes while another one is under way', async () => {
    cluster.kubelets.broken.add('web:broken');
    await cluster.apply(deployment('over', 2, rollingUpdate(1, 0)));
    await rolledOut('over');
    await cluster.kubectl('set', 'image', 'deployment/over', 'web=web:broken');
    await until(replicaSets, () => sizes('over')['web:broken'] === 1);
    await cluster.kubectl('set', 'image', 'deployment/over', 'web=web:2.0');
    await rolledOut('over');
    expect(sizes('over')).toEqual({ 'web:1.0': 0, 'web:broken': 0, 'web:2.0': 2 });
  });

  it('scales in proportion while it is stuck', async () => {
    cluster.kubelets.broken.add('web:broken');
    await cluster.apply(deployment('share', 10, rollingUpdate(3, 2)));
    await rolledOut('share');
    await cluster.kubectl('set', 'image', 'deployment/share', 'web=web:broken');
    await expect.poll(() => sizes('share')).toEqual({ 'web:1.0': 8, 'web:broken': 5 });
    await until(deployments, (informer) => informer.get('default/share')?.status?.availableReplicas === 8);
    await cluster.kubectl('scale', 'deployment/share', '--replicas=30');
    await expect.poll(() => sizes('share')).toEqual({ 'web:1.0': 20, 'web:broken': 13 });
  });

  it('keeps as many old replica sets as it is told', async () => {
    await cluster.apply(deployment('brief', 1, { revisionHistoryLimit: 1 }));
    await rolledOut('brief');
    for (const version of ['2.0', '3.0']) {
      await cluster.kubectl('set', 'image', 'deployment/brief', `web=web:${version}`);
      await rolledOut('brief');
    }
    await expect.poll(() => sizes('brief')).toEqual({ 'web:2.0': 0, 'web:3.0': 1 });
  });
});

describe('deleting a deployment', () => {
  it.each(['background', 'foreground'])('takes everything with it in the %s', async (cascade) => {
    await cluster.apply(deployment(cascade, 2));
    await rolledOut(cascade);
    await cluster.kubectl('delete', 'deployment', cascade, `--cascade=${cascade}`, '--timeout=45s');
    await until(replicaSets, (informer) => ofApp(cascade)(informer).length === 0);
    await until(pods, (informer) => ofApp(cascade)(informer).length === 0);
  });

  it('leaves its replica set behind with orphan, which a new one adopts', async () => {
    await cluster.apply(deployment('adopt', 2));
    await rolledOut('adopt');
    const before = await read('{.items[*].metadata.name}', 'pods', '-l', 'app=adopt');
    await cluster.kubectl('delete', 'deployment', 'adopt', '--cascade=orphan');
    await until(deployments, (informer) => !informer.get('default/adopt'));
    await until(replicaSets, (informer) => ofApp('adopt')(informer).every(({ metadata }) => !metadata.ownerReferences));
    await cluster.apply(deployment('adopt', 2));
    await rolledOut('adopt');
    expect(
      ofApp('adopt')(cluster.informers.for(replicaSets)).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind),
    ).toEqual(['Deployment']);
    expect(await read('{.items[*].metadata.name}', 'pods', '-l', 'app=adopt')).toBe(before);
  });
});

describe('a replica set', () => {
  it('replaces a pod that is deleted, and lets go of one that is relabelled', async () => {
    await cluster.apply(deployment('heal', 2));
    await rolledOut('heal');
    const [first = '', second = ''] = (await read('{.items[*].metadata.name}', 'pods', '-l', 'app=heal')).split(' ');
    await cluster.kubectl('delete', 'pod', first);
    await until(deployments, (informer) => informer.get('default/heal')?.status?.availableReplicas === 2);
    await cluster.kubectl('label', 'pod', second, 'app=quarantine', '--overwrite');
    await until(pods, (informer) => ofApp('heal')(informer).length === 2);
    await until(pods, (informer) => informer.get(`default/${second}`)?.metadata.ownerReferences === undefined);
  });
});

describe('a replication controller', () => {
  const controller = (name: string, replicas: number, image = 'web:1.0') => ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name },
    spec: {
      replicas,
      selector: { app: 'rc', version: name },
      template: {
        metadata: { labels: { app: 'rc', version: name } },
        spec: { containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }] },
      },
    },
  });
  const available = (name: string, replicas: number) =>
    until(replicationControllers, (informer) => {
      const { availableReplicas = 0, replicas: present = 0 } = informer.get(`default/${name}`)?.status ?? {};
      return availableReplicas === replicas && present === replicas;
    });
  const image = '{.items[*].spec.containers[0].image}';

  it('serves a basic image on each replica, behind a service', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'rc' },
      spec: { selector: { app: 'rc' }, ports: [{ port: 80 }] },
    });
    await cluster.apply(controller('old', 2));
    await available('old', 2);
    await expect.poll(() => read('{.subsets[*].addresses[*].targetRef.kind}', 'endpoints', 'rc')).toBe('Pod Pod');
    expect(await cluster.kubectl('get', 'rc', 'old', '--no-headers')).toMatch(/^old +2 +2 +2 /);
  });

  it('is described with its pods and events, and gets annotations by a patch', async () => {
    const described = await cluster.kubectl('describe', 'rc', 'old');
    expect(described).toMatch(/Replicas: +2 current \/ 2 desired\n/);
    expect(described).toMatch(/Pods Status: +2 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed\n/);
    expect(described).toMatch(/Normal +SuccessfulCreate +\S+ +replication-controller +Created pod: old-\w{5}\n/);
    const pod = await read('{.items[0].metadata.name}', 'pods', '-l', 'version=old');
    expect(await cluster.kubectl('describe', 'pod', pod)).toMatch(/Controlled By: +ReplicationController\/old\n/);
    await cluster.kubectl('patch', 'rc', 'old', '-p', '{"metadata":{"annotations":{"x":"y"}}}');
    expect(await read('{.metadata.annotations.x}', 'rc', 'old')).toBe('y');
  });

  it('rolls over to another one by scaling, as rolling-update did', async () => {
    await cluster.apply(controller('new', 0, 'web:2.0'));
    for (const step of [1, 2]) {
      await cluster.kubectl('scale', 'rc', 'new', `--replicas=${step}`);
      await available('new', step);
      await cluster.kubectl('scale', 'rc', 'old', `--current-replicas=${3 - step}`, `--replicas=${2 - step}`);
      await available('old', 2 - step);
    }
    await cluster.kubectl('delete', 'rc', 'old');
    await until(pods, (informer) => ofApp('rc')(informer).length === 2);
    expect(await read(image, 'pods', '-l', 'app=rc')).toBe('web:2.0 web:2.0');
  });

  it('leaves its pods to the next one where they are orphaned, and stays until they are gone in the foreground', async () => {
    const names = () => read('{.items[*].metadata.name}', 'pods', '-l', 'app=rc');
    const before = await names();
    await cluster.kubectl('delete', 'rc', 'new', '--cascade=orphan');
    await until(pods, (informer) => ofApp('rc')(informer).every(({ metadata }) => !metadata.ownerReferences));
    await cluster.apply(controller('new', 2, 'web:2.0'));
    await available('new', 2);
    expect(await names()).toBe(before);
    await cluster.kubectl('delete', 'rc', 'new', '--cascade=foreground', '--timeout=45s');
    expect(await names()).toBe('');
  });
});

describe('endpoint slices', () => {
  const ready = (informer: Informer<KubeObject>) =>
    cluster.informers
      .for(endpointSlices)
      .list()
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'sliced' && informer)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready).length;

  it('follow the pods of a service, and a leaving pod is out at once', async () => {
    await cluster.client.resource(services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'sliced', namespace: 'default' },
      spec: { selector: { app: 'sliced' }, ports: [{ port: 80 }] },
    });
    await cluster.apply(deployment('sliced', 3));
    await until(endpointSlices, (informer) => ready(informer) === 3);
    expect(await read('{.subsets[*].addresses[*].targetRef.kind}', 'endpoints', 'sliced')).toBe('Pod Pod Pod');
    const annotations = '{.metadata.annotations}';
    const changedAt = /"endpoints.kubernetes.io\/last-change-trigger-time":"\d{4}-\d\d-\d\dT[\d:.]+Z"/;
    expect(await read(annotations, 'endpoints', 'sliced')).toMatch(changedAt);
    const [slice] = [...cluster.informers.for(endpointSlices).list()].filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'sliced',
    );
    expect(JSON.stringify(slice?.metadata.annotations)).toMatch(changedAt);
    await cluster.kubectl('scale', 'deployment/sliced', '--replicas=1');
    await until(endpointSlices, (informer) => ready(informer) === 1);
  });

  it('never have fewer ready endpoints than asked for during a rollout', async () => {
    const seen: number[] = [];
    const informer = cluster.informers.for(endpointSlices);
    await cluster.kubectl('scale', 'deployment/sliced', '--replicas=3');
    await until(endpointSlices, (each) => ready(each) === 3);
    const stop = informer.onChange(() => seen.push(ready(informer)));
    await cluster.kubectl('set', 'image', 'deployment/sliced', 'web=web:2.0');
    await rolledOut('sliced');
    stop();
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(3);
  });

  it('mirror endpoints that somebody has written by hand', async () => {
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'outside' },
      spec: { ports: [{ port: 80 }] },
    });
    const subsets = [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ port: 8080 }] }];
    await cluster.apply({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'outside' }, subsets });
    const mirrored = () =>
      cluster.informers
        .for(endpointSlices)
        .list()
        .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'outside');
    await until(endpointSlices, () => mirrored().length === 1);
    expect(mirrored()[0]).toMatchObject({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: true } }],
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    });
  });
});

describe('a namespace', () => {
  it('comes with a service account and the root CA', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'equipped' } });
    await until(
      configMaps,
      (informer) => informer.get('equipped/kube-root-ca.crt')?.data?.['ca.crt'] === cluster.api.ca,
    );
    expect(await cluster.kubectl('get', 'serviceaccount', '-n', 'equipped', '-o', 'name')).toBe(
      'serviceaccount/default\n',
    );
  });

  it('goes with everything in it', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    await cluster.apply(deployment('web', 3, {}, 'doomed'));
    await until(deployments, (informer) => informer.get('doomed/web')?.status?.availableReplicas === 3);
    await cluster.kubectl('delete', 'namespace', 'doomed', '--timeout=45s');
    await until(namespaces, (informer) => !informer.get('doomed'));
    await until(pods, (informer) => informer.list().every(({ metadata }) => metadata.namespace !== 'doomed'));
  });

  it('waits for finalizers and says so', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'held' } });
    const metadata = { name: 'held', namespace: 'held', finalizers: ['example.com/hold'] };
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await cluster.kubectl('delete', 'namespace', 'held', '--wait=false');
    await until(namespaces, (informer) => informer.get('held')?.status?.conditions?.length === 5);
    expect(await read('{.status.conditions[?(@.status=="True")].message}', 'namespace', 'held')).toBe(
      'Some resources are remaining: configmaps. has 1 resource instances ' +
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    );
    await cluster.kubectl(
      'patch',
      'configmap',
      'held',
      '-n',
      'held',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    );
    await until(namespaces, (informer) => !informer.get('held'));
  });
});
