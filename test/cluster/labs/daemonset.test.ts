import { expect, test } from 'vitest';
import { withKubectls } from '../../obstacles.ts';
import { eventually, useLab } from '../lab.ts';

withKubectls('lab daemonset', (binary) => {
  const lab = useLab('daemonset', binary);
  const label = lab.namespace;
  const finished = () => lab.kubectl('rollout status ds/per-node --timeout=120s');
  const nodesWithPod = async () =>
    (await lab.kubectl('get pods -o jsonpath={.items[*].spec.nodeName}')).split(' ').sort();
  const patch = (spec: object) => lab.kubectl(['patch', 'ds', 'per-node', '-p', JSON.stringify({ spec })]);
  const environment = () => lab.kubectl('get pods -o jsonpath={.items[*].spec.containers[0].env[0].value}');
  let nodes: string[];

  test('one pod runs on every node, the control plane included', async () => {
    nodes = (await lab.kubectl('get nodes -o jsonpath={.items[*].metadata.name}')).split(' ').sort();
    // `sleep` heeds no SIGTERM.
    const grace = 'terminationGracePeriodSeconds: 1\n      containers:';
    const manifest = lab.manifest('daemonset.yaml').replace('containers:', grace);
    expect(await lab.kubectl('apply -f -', { input: manifest })).toBe('daemonset.apps/per-node created\n');
    expect(await finished()).toContain('daemon set "per-node" successfully rolled out');
    expect(await lab.kubectl('get ds per-node')).toMatch(/per-node +3 +3 +3 +3 +3 +<none> /);
    expect(await nodesWithPod()).toEqual(nodes);
  });

  test('it updates its pods, tells its history and goes back', async () => {
    await patch({ updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } } });
    await lab.kubectl('set env ds/per-node VERSION=2');
    await finished();
    await eventually(async () => expect(await environment()).toBe('2 2 2'));
    expect(await lab.kubectl('rollout history ds/per-node')).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/);
    expect(await lab.kubectl('rollout undo ds/per-node')).toContain('rolled back');
  });

  test('a node that comes to match gets a pod, and one that no longer does loses it', async () => {
    const [first = '', second = ''] = nodes;
    await lab.kubectl(`label node ${first} ${label}=yes`);
    await patch({ template: { spec: { nodeSelector: { [label]: 'yes' } } } });
    await eventually(async () => expect(await nodesWithPod()).toEqual([first]));
    expect(await environment()).toBe('');
    await lab.kubectl(`label node ${second} ${label}=yes`);
    await eventually(async () => expect(await nodesWithPod()).toEqual([first, second].sort()));
    await lab.kubectl(`label node ${first} ${label}-`);
    await eventually(async () => expect(await nodesWithPod()).toEqual([second]));
    await lab.kubectl(`label node ${second} ${label}-`);
    await eventually(async () => expect(await nodesWithPod()).toEqual(['']));
    expect(await lab.kubectl('get ds per-node')).toMatch(new RegExp(`per-node +0 +0 +0 +0 +0 +${label}=yes `));
  });
});
