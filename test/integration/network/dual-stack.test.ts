/** The network of two nodes with addresses of both families, over the kernel's own forwarding and rules. */
import { existsSync } from 'node:fs';
import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aNamespace, aNetworkPolicy, aPodAt, aService, aSlice } from '../../builders/network.ts';
import { unless } from '../../unless.ts';
import type { Peer } from './peer.ts';
import { obstacle, ofIPv6, type TestNode, World } from './world.ts';

const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000, interval: 10 });
const noIPv6 = existsSync('/proc/net/if_inet6') ? undefined : 'this kernel has no IPv6';

unless(obstacle() ?? noIPv6).describe('the network of two nodes of two families', () => {
  const world = new World([ofIPv6]);
  const pods: Record<string, Peer> = {};
  const addresses: Record<string, string[]> = {};
  let onNode: Peer;

  const attach = async (node: TestNode, name: string): Promise<void> => {
    const pod = await world.pod(name);
    pods[name] = pod;
    const sandbox = `${name}000000000000`;
    addresses[name] = (await node.peer.request<{ ips: string[] }>('attach', { sandbox, pid: pod.pid })).ips;
  };
  const fetchFrom = (pod: Peer | undefined, url: string): Promise<string> =>
    pod?.request<string[]>('fetch', { url, times: 1 }).then(
      ([answer = '']) => answer,
      (error: Error) => error.message,
    ) ?? Promise.reject(new Error('no such pod'));
  const lookUp = async (name: string, type: 'A' | 'AAAA' | 'PTR'): Promise<unknown[]> => {
    const query = dnsPacket.encode({ type: 'query', id: 7, flags: 256, questions: [{ type, name }] });
    const hex = await pods.one?.request<string>('udp', { host: '10.96.0.10', port: 53, hex: query.toString('hex') });
    const answers = dnsPacket.decode(Buffer.from(hex ?? '', 'hex')).answers ?? [];
    return answers.map((answer) => ('data' in answer ? answer.data : undefined));
  };

  beforeAll(async () => {
    await world.start();
    const [first, second] = world.nodes as [TestNode, TestNode];
    await attach(first, 'one');
    await attach(second, 'two');
    onNode = await world.onNode(first, 'host');
    const ports = [{ name: 'http', port: 80, nodePort: 30080 }];
    const clusterIPs = ['10.96.0.80', 'fd00:96::80'];
    await world.put('services', aService('web', { type: 'NodePort', clusterIP: '10.96.0.80', clusterIPs, ports }));
    const dns = [{ name: 'dns', port: 53, protocol: 'UDP' }];
    await world.put(
      'services',
      aService('kube-dns', { clusterIP: '10.96.0.10', ports: dns }, { namespace: 'kube-system' }),
    );
    const server = [{ ip: first.ip, node: 'n1' }];
    await world.put('endpointSlices', aSlice('kube-dns', server, dns, { namespace: 'kube-system' }));
    for (const [index, family] of ['four', 'six'].entries()) {
      const endpoints = [{ ip: addresses.two?.[index] ?? '', node: 'n2' }];
      await world.put('endpointSlices', aSlice('web', endpoints, [{ name: 'http', port: 80 }], { name: family }));
    }
  });

  afterAll(() => world.stop());

  test('a pod has an address of each family, at the same place of both pod CIDRs', () => {
    expect(addresses).toEqual({
      one: ['10.244.1.2', 'fd00:244:0:1::2'],
      two: ['10.244.2.2', 'fd00:244:0:2::2'],
    });
  });

  test('pods reach each other across nodes in both families, and are seen under their own address', async () => {
    expect(await fetchFrom(pods.one, 'http://10.244.2.2/')).toBe('two 10.244.1.2');
    await soon(() => fetchFrom(pods.one, 'http://[fd00:244:0:2::2]/')).toBe('two fd00:244:0:1::2');
  });

  test('a service answers at the cluster IP of each family, from a pod and from a node', async () => {
    await soon(() => fetchFrom(pods.one, 'http://10.96.0.80/')).toBe('two 10.244.1.2');
    await soon(() => fetchFrom(pods.one, 'http://[fd00:96::80]/')).toBe('two fd00:244:0:1::2');
    expect(await fetchFrom(onNode, 'http://[fd00:96::80]/')).toMatch(/^two fd00:/);
    expect(await fetchFrom(pods.two, 'http://[fd00:96::80]/')).toMatch(/^two fd00:/);
  });

  test('a node port answers at the node addresses of both families', async () => {
    await soon(() => fetchFrom(pods.one, `http://${world.nodes[1]?.ip}:30080/`)).toMatch(/^two /);
    await soon(() => fetchFrom(pods.one, 'http://[fd00:77::3]:30080/')).toMatch(/^two fd00:/);
  });

  test('what is addressed to no service is refused at once', async () => {
    expect(await fetchFrom(pods.one, 'http://[fd00:96::99]/')).toContain('ECONNREFUSED');
  });

  test('the name of a service has addresses of both families, and they have its name', async () => {
    await soon(() => lookUp('web.default.svc.cluster.local', 'A')).toEqual(['10.96.0.80']);
    expect(await lookUp('web.default.svc.cluster.local', 'AAAA')).toEqual(['fd00:96::80']);
    const reverse = [...'fd000096000000000000000000000080'].reverse().join('.');
    expect(await lookUp(`${reverse}.ip6.arpa`, 'PTR')).toEqual(['web.default.svc.cluster.local']);
  });

  test('a network policy judges both families, a block only its own', async () => {
    const place = (name: string, node: string) => ({
      ...aPodAt({ name }, { labels: { app: name }, node }),
      status: { phase: 'Running', podIPs: (addresses[name] ?? []).map((ip) => ({ ip })) },
    });
    await world.put('namespaces', aNamespace('default'));
    await world.put('pods', place('one', 'n1'));
    await world.put('pods', place('two', 'n2'));
    const from = [{ ipBlock: { cidr: 'fd00:244:0:1::/64' } }];
    const podSelector = { matchLabels: { app: 'two' } };
    await world.put('policies', aNetworkPolicy('six', { podSelector, ingress: [{ from }] }));
    await soon(() => fetchFrom(pods.one, 'http://10.244.2.2/')).toContain('timed out');
    expect(await fetchFrom(pods.one, 'http://[fd00:244:0:2::2]/')).toBe('two fd00:244:0:1::2');
    await world.put('policies', aNetworkPolicy('six', { podSelector, policyTypes: ['Ingress', 'Egress'] }));
    await soon(() => fetchFrom(pods.one, 'http://[fd00:244:0:2::2]/')).toContain('timed out');
    await world.remove('policies', 'default/six');
    await soon(() => fetchFrom(pods.one, 'http://[fd00:244:0:2::2]/')).toBe('two fd00:244:0:1::2');
  });
});
