/** Names, addresses and ranges of nodes that are added to a profile. */
import { expect, it } from 'vitest';
import { containerRoom } from '../../../../main/cluster/nodes/container-steps.ts';
import { planNodes } from '../../../../main/cluster/nodes/plan.ts';
import type { Profile } from '../../../../main/cluster/profile.ts';

const subnet = '172.29.7.0/24';

/** Nodes by their number: `worker2` has the third address and range. */
const profile = (...workers: [name: string, at: number][]): Profile => ({
  name: 'two',
  runtime: 'docker',
  engine: '',
  network: { name: 'skiff-two', subnet },
  apiPort: 1,
  nodes: [
    { name: 'skiff-two-control-plane', role: 'control-plane', ip: '172.29.7.2', podCIDR: '10.244.0.0/24' },
    ...workers.map(([name, at]) => ({
      name: `skiff-two-${name}`,
      role: 'worker' as const,
      ip: `172.29.7.${at + 2}`,
      podCIDR: `10.244.${at}.0/24`,
    })),
  ],
});

const shown = (of: Profile, options: Parameters<typeof planNodes>[1] = {}) =>
  planNodes(of, options, containerRoom).map(({ name, ip, podCIDR }) => `${name} ${ip} ${podCIDR}`);

it('come after those that are there', () => {
  expect(shown(profile(['worker', 1], ['worker2', 2]))).toEqual(['skiff-two-worker3 172.29.7.5 10.244.3.0/24']);
});

it('fill the gaps that removed nodes have left: names, addresses and ranges', () => {
  expect(shown(profile(['worker2', 2], ['worker4', 4]), { count: 3 })).toEqual([
    'skiff-two-worker 172.29.7.3 10.244.1.0/24',
    'skiff-two-worker3 172.29.7.5 10.244.3.0/24',
    'skiff-two-worker5 172.29.7.7 10.244.5.0/24',
  ]);
});

it.each([
  ['big', ['skiff-two-big', 'skiff-two-big2']],
  ['skiff-two-big', ['skiff-two-big', 'skiff-two-big2']],
])('are named %s if the user says so, with numbers from the second on', (name, names) => {
  expect(planNodes(profile(), { name, count: 2 }, containerRoom).map((node) => node.name)).toEqual(names);
});

it('are what the user asks for, and join by a token', () => {
  const labels = { disk: 'ssd' };
  const taints = [{ key: 'big', effect: 'NoSchedule' as const }];
  expect(planNodes(profile(), { cpus: 2, memory: 2 ** 31, labels, taints }, containerRoom)).toEqual([
    {
      name: 'skiff-two-worker',
      role: 'worker',
      ip: '172.29.7.3',
      podCIDR: '10.244.1.0/24',
      joinsByToken: true,
      cpus: 2,
      memory: 2 ** 31,
      labels,
      taints,
    },
  ]);
});

it.each([
  ['a name that a node has', { name: 'worker' }, 'NameTaken', 'profile two has a node skiff-two-worker already'],
  [
    'one that its number makes',
    { name: 'work', count: 2 },
    'NameTaken',
    'profile two has a node skiff-two-work2 already',
  ],
  ['the control plane’s', { name: 'control-plane' }, 'NameTaken', 'has a node skiff-two-control-plane already'],
  ['no name of a host', { name: 'Big One' }, 'BadNodeName', '"skiff-two-Big One" cannot be the name of a node'],
  ['too many', { count: 98 }, 'TooManyNodes', 'profile two has 3 nodes, and there is room for 100'],
])('are refused: %s', (_, options, code, message) => {
  const plan = () => planNodes(profile(['worker', 1], ['work2', 2]), options, containerRoom);
  expect(plan).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
});
