/** The addresses of IPv6 that follow from those of IPv4. */
import { expect, it } from 'vitest';
import type { Profile } from '../../../../main/cluster/profile.ts';
import { hostIn, otherNetworksOf, subnetOf } from '../../../../main/cluster/second-family.ts';

const profile = (name: string, ip: string, podCIDR: string, more: Partial<Profile> = {}): Profile => ({
  name,
  runtime: 'docker',
  engine: '',
  network: { name, subnet: '172.29.7.0/24' },
  apiPort: 1,
  nodes: [{ name: 'one', role: 'worker', ip, podCIDR }],
  ...more,
});
const networks = (of: Profile) => of.nodes.flatMap((node) => otherNetworksOf(of, node));
const dual = { ipFamily: 'dual' } as const;

it('a profile of IPv4 alone has none', () => {
  expect(networks(profile('a', '172.29.7.2', '10.244.0.0/24'))).toEqual([]);
});

it.each([
  ['a container', '172.29.7.3', '10.244.1.0/24', '::703', 'fd00:10:244:f401::/64'],
  ['the thousandth simulated node', '198.18.3.233', '10.131.231.0/24', '::3e9', 'fd00:10:244:83e7::/64'],
])('%s has an address of the network and a range for pods', (_what, ip, podCIDR, host, range) => {
  const [network] = networks(profile('a', ip, podCIDR, dual));
  expect(network).toEqual({
    nodeIP: expect.stringMatching(new RegExp(`^fd[0-9a-f]{2}:[0-9a-f:]+${host}$`)),
    podCIDR: range,
    clusterCIDR: 'fd00:10:244::/48',
    serviceCIDR: 'fd00:10:96::/112',
  });
});

it('profiles, and networks of one profile, have subnets of their own', () => {
  const of = (name: string, subnet: string) => subnetOf({ name, network: { name, subnet } });
  const subnets = [of('a', '172.29.7.0/24'), of('a', '172.29.8.0/24'), of('b', '172.29.7.0/24')];
  expect(new Set(subnets).size).toBe(3);
  expect(hostIn(subnets[0] ?? '', 1)).toBe(subnets[0]?.replace('/64', '1'));
  expect(of('a', '172.29.7.0/24')).toBe(subnets[0]);
});
