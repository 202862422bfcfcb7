/** Nodes that come, stop, start and go while the cluster runs: `skiff node`. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withNewestKubectl } from '../../obstacles.ts';
import { TestCluster } from '../harness.ts';
import { eventually, useLab } from '../lab.ts';

// Other labs count the nodes.
const cluster = new TestCluster('joining');
const nameOf = (node: string) => `skiff-${cluster.profile}-${node}`;
beforeAll(async () => {
  await cluster.start('--nodes', '2');
});
afterAll(() => cluster.delete());

const docker = (...args: string[]): string[] =>
  execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
/** Whatever the engine has of a node: its container, those of its pods, its volume. */
const leftOf = (node: string): string[] => [
  ...docker(
    'ps',
    '-aq',
    '--filter',
    `label=dev.skiff.profile=${cluster.profile}`,
    '--filter',
    `label=dev.skiff.node=${node}`,
  ),
  ...docker('volume', 'ls', '-q', '--filter', `name=^${node}$`),
];

const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'per-node' },
  spec: {
    selector: { matchLabels: { app: 'per-node' } },
    template: {
      metadata: { labels: { app: 'per-node' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'c', image: 'web:1.0' }],
      },
    },
  },
};

withNewestKubectl('lab joining', (binary) => {
  const lab = useLab('joining', binary, cluster);
  const skiffNode = async (...args: string[]) => {
    const { code, stderr } = await cluster.skiff('node', ...args);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  };
  const nodesWithPod = async () =>
    (await lab.kubectl('get pods -l app=per-node -o jsonpath={.items[*].spec.nodeName}')).split(' ').sort();
  const readyOn = async (node: string) => {
    const pod = await lab.kubectl(`get pods -l app=per-node --field-selector spec.nodeName=${node} -o name`);
    await lab.ready(pod.trim());
    return pod.trim();
  };

  test('a node that joins has its size and labels, certificates of the cluster, and a pod of each daemon set', async () => {
    await lab.kubectl('apply -f -', { input: JSON.stringify(daemonSet) });
    await lab.kubectl('rollout status ds/per-node --timeout=120s');
    await skiffNode('add', '--name', 'big', '--memory', '1Gi', '--cpus', '0.5', '--label', 'disk=ssd');
    const big = nameOf('big');
    await eventually(async () => expect(await nodesWithPod()).toEqual(['big', 'control-plane', 'worker'].map(nameOf)));
    const shape = '{.metadata.labels.disk} {.status.capacity.cpu} {.status.allocatable.memory} {.spec.podCIDR}';
    expect(await lab.kubectl(['get', 'node', big, '-o', `jsonpath=${shape}`])).toBe('ssd 500m 1Gi 10.244.2.0/24');
    // What the node serves is served with a certificate that the cluster has signed.
    const pod = await readyOn(big);
    expect(await lab.kubectl(['exec', pod, '--', 'hostname'])).toBe(`${pod.replace('pod/', '')}\n`);
    const requests = '{range .items[*]}{.spec.signerName} {.status.conditions[*].type}{"\\n"}{end}';
    expect((await lab.kubectl(['get', 'csr', '-o', `jsonpath=${requests}`])).trim().split('\n').sort()).toEqual([
      'kubernetes.io/kube-apiserver-client-kubelet Approved',
      'kubernetes.io/kubelet-serving Approved',
    ]);
    expect(
      await lab.kubectl('-n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o name'),
    ).toBe('');
  });

  test('a node that stops is told of, and comes back with its pods and still cordoned', async () => {
    const big = nameOf('big');
    const pod = await readyOn(big);
    await lab.kubectl(`cordon ${big}`);
    await skiffNode('stop', 'big');
    const { stdout, code } = await cluster.skiff('status');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/-big +worker +[\d.]+ +stopped$/m)]);
    expect((await cluster.skiff('doctor')).stdout).toContain(`skiff node start ${big} --profile ${cluster.profile}`);
    expect(await cluster.skiff('node', 'stop', 'control-plane')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('stops the whole cluster and keeps everything in it'),
    });
    await skiffNode('start', 'big');
    expect(await readyOn(big)).toBe(pod);
    expect(await lab.kubectl(`get node ${big}`)).toMatch(/ Ready,SchedulingDisabled /);
    await lab.kubectl(`uncordon ${big}`);
  });

  test('a stop and a start of the cluster bring it back, and a removal leaves nothing of it', async () => {
    const big = nameOf('big');
    await cluster.skiff('stop');
    await cluster.start();
    expect(await lab.kubectl(`get node ${big} -o jsonpath={.status.capacity.cpu}`)).toBe('500m');
    await skiffNode('remove', 'big');
    expect(leftOf(big)).toEqual([]);
    expect((await lab.run(`get node ${big}`)).code).toBe(1);
    await eventually(async () => expect(await nodesWithPod()).toEqual(['control-plane', 'worker'].map(nameOf)));
  });
});
