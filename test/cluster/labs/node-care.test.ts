import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withKubectls, withNewestKubectl } from '../../obstacles.ts';
import { TestCluster } from '../harness.ts';
import { eventually, type Lab, useLab } from '../lab.ts';
import { podManifest } from '../pods.ts';

// Other labs need all nodes.
const cluster = new TestCluster('node-care');
const worker = `skiff-${cluster.profile}-worker`;
beforeAll(async () => {
  await cluster.start('--wait');
});
afterAll(() => cluster.delete());

/** The pods' eviction time is 5 s instead of 300 s. */
const tolerations = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 5,
}));

const workload = (kind: string, name: string, spec: object, podSpec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'web:1.0' }], ...podSpec },
    },
    ...spec,
  },
});
const items = [workload('Deployment', 'web', { replicas: 4 }, { tolerations }), workload('DaemonSet', 'agent', {})];

/** Nodes and names of the pods that nobody has deleted. */
async function podsOf(lab: Lab, app: string): Promise<{ node: string; name: string }[]> {
  const { items: found } = await lab.json<{
    items: { metadata: { name: string; deletionTimestamp?: string }; spec: { nodeName?: string } }[];
  }>(`get pods -l app=${app}`);
  return found
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata, spec }) => ({ node: spec.nodeName ?? '', name: metadata.name }));
}

async function applyWorkloads(lab: Lab): Promise<void> {
  await lab.kubectl('apply -f -', { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  await Promise.all(
    ['deployment/web', 'daemonset/agent'].map((name) => lab.kubectl(`rollout status ${name} --timeout=120s`)),
  );
}

const onWorker = async (lab: Lab, app: string) => (await podsOf(lab, app)).filter(({ node }) => node === worker);

withKubectls('lab node-care', (binary) => {
  const lab = useLab('node-care', binary, cluster);
  const nodeSelector = { 'kubernetes.io/hostname': worker };
  const reason = 'get pod wanting -o jsonpath={.status.conditions[?(@.reason=="Unschedulable")].message}';

  test('a cordoned node takes no new pods', async () => {
    await applyWorkloads(lab);
    expect(await onWorker(lab, 'web')).not.toEqual([]);
    expect(await lab.kubectl(`cordon ${worker}`)).toBe(`node/${worker} cordoned\n`);
    expect(await lab.kubectl(`get node ${worker}`)).toMatch(/ Ready,SchedulingDisabled /);
    await lab.kubectl('apply -f -', {
      input: podManifest('wanting', { nodeSelector, containers: [{ image: 'web:1.0' }] }),
    });
    await eventually(async () => expect(await lab.kubectl(reason)).toContain('1 node(s) were unschedulable'));
  });

  test('a drained node keeps the pods of daemon sets, and takes pods again when it is uncordoned', async () => {
    const [daemon] = await onWorker(lab, 'agent');
    expect((await lab.run(`drain ${worker}`)).stderr).toContain('cannot delete DaemonSet-managed Pods');
    // Old releases of kubectl say that the node was evicted.
    const done = new RegExp(`^node/${worker} (drained|evicted)$`, 'm');
    expect(await lab.kubectl(`drain ${worker} --ignore-daemonsets`)).toMatch(done);
    await lab.kubectl('rollout status deployment/web --timeout=120s');
    expect(await onWorker(lab, 'web')).toEqual([]);
    expect(await onWorker(lab, 'agent')).toEqual([daemon]);
    expect(await lab.kubectl(`uncordon ${worker}`)).toBe(`node/${worker} uncordoned\n`);
    await lab.ready('pod/wanting');
    await lab.kubectl('delete deployment/web daemonset/agent pod/wanting --wait=false');
  });
});

withNewestKubectl('lab node-care, a node that is lost,', (binary) => {
  const lab = useLab('node-lost', binary, cluster);
  const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' });

  test('is NotReady within 40 s, and its pods return elsewhere after the eviction time', async () => {
    await applyWorkloads(lab);
    const lost = await onWorker(lab, 'web');
    expect(lost).not.toEqual([]);
    docker('kill', worker);
    // The grace period of 40 s begins with the last heartbeat; the rest is the patience of a busy machine.
    await lab.kubectl(`wait --for=condition=Ready=Unknown node/${worker} --timeout=55s`);
    expect(await lab.kubectl(`get node ${worker}`)).toMatch(/ NotReady /);
    await eventually(async () => expect(await onWorker(lab, 'web')).toEqual([]));
    await lab.kubectl('rollout status deployment/web --timeout=60s');
    const present = await podsOf(lab, 'web');
    expect(present).toHaveLength(4);
    expect(present.filter(({ name }) => lost.some((each) => each.name === name))).toEqual([]);
    expect(await onWorker(lab, 'agent')).toHaveLength(1);
    // A node that is unreachable wants no new pod of a daemon set, so the one that stays there is misplaced.
    const counts = '{.status.desiredNumberScheduled} {.status.numberMisscheduled}';
    expect(await lab.kubectl(['get', 'ds', 'agent', '-o', `jsonpath=${counts}`])).toBe('1 1');
  });

  test('is Ready again when it starts, and what was evicted is gone', async () => {
    docker('start', worker);
    await lab.kubectl(`wait --for=condition=Ready node/${worker} --timeout=60s`);
    await eventually(async () => expect(await lab.kubectl('get ds agent')).toMatch(/agent +2 +2 +2 +2 +2 /));
    await eventually(async () => expect(await lab.kubectl('get pods -l app=web -o name')).toMatch(/^(pod\/\S+\n){4}$/));
  });
});
