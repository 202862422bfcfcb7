/** What the containers of a cluster with several control planes are made from. */

import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { NodeConfig } from '../../../../agent/node-config.ts';
import { etcdArguments } from '../../../../agent/roles/etcd-member.ts';
import { loadBalancerSpec } from '../../../../main/cluster/load-balancer.ts';
import { nodeFiles, nodeSpec } from '../../../../main/cluster/node-container.ts';
import type { Profile, ProfileNode } from '../../../../main/cluster/profile.ts';
import type { EngineInfo } from '../../../../main/engine/engine.ts';

const node = (name: string, role: ProfileNode['role'], at: number): ProfileNode => ({
  name,
  role,
  ip: `172.29.1.${at}`,
  podCIDR: `10.244.${at}.0/24`,
});
const profileOf = (nodes: ProfileNode[]): Profile => ({
  name: 'team',
  runtime: 'docker',
  engine: 'unix:///var/run/docker.sock',
  network: { name: 'skiff-team', subnet: '172.29.1.0/24' },
  nodes,
  apiPort: 40000,
});
const three = [node('a', 'control-plane', 2), node('b', 'control-plane', 3), node('c', 'control-plane', 4)];
const several = profileOf([...three, node('w', 'worker', 5)]);
const single = profileOf([node('a', 'control-plane', 2), node('w', 'worker', 3)]);
const engine = { endpoint: '', podman: false, rootless: false, cpus: 4, memory: 8 * 2 ** 30 } as EngineInfo;
const materialOf = (profile: Profile, of: ProfileNode) => ({
  profile,
  node: of,
  image: 'skiff-node:1',
  engine,
  engineSocket: '/var/run/docker.sock',
  dataOnEngine: '/volumes/a',
  credentials: {},
});

async function configOf(profile: Profile, of: ProfileNode): Promise<NodeConfig> {
  const files = extract();
  nodeFiles(materialOf(profile, of)).pipe(files);
  let text = '';
  for await (const entry of files) for await (const piece of entry) text += piece;
  return JSON.parse(text) as NodeConfig;
}

const firstOf = ({ nodes: [first] }: Profile): ProfileNode => first ?? node('none', 'worker', 9);

describe('the port of the API server on localhost', () => {
  it('belongs to the only control plane', () => {
    expect(nodeSpec(materialOf(single, firstOf(single))).HostConfig?.PortBindings).toEqual({
      '6443/tcp': [{ HostIp: '127.0.0.1', HostPort: '40000' }],
    });
    expect(loadBalancerSpec(single, 'skiff-node:1')).toBeUndefined();
  });

  it('belongs to a load balancer in front of several', () => {
    for (const each of several.nodes) {
      expect(nodeSpec(materialOf(several, each)).HostConfig?.PortBindings).toBeUndefined();
    }
    expect(loadBalancerSpec(several, 'skiff-node:1')).toMatchObject({
      name: 'skiff-team-load-balancer',
      Env: ['SKIFF_API_SERVERS=172.29.1.2:6443,172.29.1.3:6443,172.29.1.4:6443'],
      HostConfig: { PortBindings: { '6443/tcp': [{ HostIp: '127.0.0.1', HostPort: '40000' }] } },
      Labels: { 'dev.skiff.profile': 'team', 'dev.skiff.role': 'load-balancer' },
    });
  });
});

describe('the configuration of a node', () => {
  it('names all control planes where there are several', async () => {
    expect((await configOf(single, firstOf(single))).controlPlanes).toBeUndefined();
    const { controlPlanes } = await configOf(several, node('w', 'worker', 5));
    expect(controlPlanes).toEqual(three.map(({ name, ip }) => ({ name, ip })));
  });

  it('keeps pods off the control planes only where there is a worker', async () => {
    expect((await configOf(several, firstOf(several))).taintControlPlane).toBe(true);
    const without = profileOf(three);
    expect((await configOf(without, firstOf(without))).taintControlPlane).toBe(false);
  });
});

it('a member of etcd listens to its own node, speaks to the others by certificate, and knows all of them', async () => {
  const config = await configOf(several, node('b', 'control-plane', 3));
  const options = etcdArguments({ config, configFolder: '/etc/skiff', dataFolder: '/var/lib/skiff' });
  expect(options).toEqual(
    expect.arrayContaining([
      '--name=b',
      '--data-dir=/var/lib/skiff/etcd',
      '--listen-client-urls=https://127.0.0.1:2379',
      '--listen-peer-urls=https://172.29.1.3:2380',
      '--initial-cluster=a=https://172.29.1.2:2380,b=https://172.29.1.3:2380,c=https://172.29.1.4:2380',
      '--client-cert-auth',
      '--peer-client-cert-auth',
      '--peer-trusted-ca-file=/etc/skiff/etcd-ca.crt',
    ]),
  );
});
