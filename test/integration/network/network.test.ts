import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aService, aSlice } from '../../builders/network.ts';
import { unless } from '../../unless.ts';
import type { Peer } from './peer.ts';
import { obstacle, outsideIP, type TestNode, World } from './world.ts';

/** The rules follow the objects within milliseconds; what is asked is that they do so soon. */
const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000, interval: 10 });

unless(obstacle()).describe('the network of two nodes', () => {
  const world = new World();
  const pods: Record<string, Peer> = {};
  const addresses: Record<string, string> = {};
  let first: TestNode;
  let second: TestNode;
  let outsider: Peer;

  const attach = async (node: TestNode, name: string): Promise<void> => {
    const pod = await world.pod(name);
    pods[name] = pod;
    const { ip } = await node.peer.request<{ ip: string }>('attach', { sandbox: `${name}000000000000`, pid: pod.pid });
    addresses[name] = ip;
  };
  const fetchFrom = (pod: Peer | undefined, url: string, times = 1): Promise<string[]> =>
    pod?.request<string[]>('fetch', { url, times }) ?? Promise.reject(new Error('no such pod'));
  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'answered',
      (error: Error) => error.message,
    );
  const lookUp = async (pod: Peer | undefined, name: string): Promise<unknown[]> => {
    const query = dnsPacket.encode({ type: 'query', id: 7, flags: 256, questions: [{ type: 'A', name }] });
    const hex = await pod?.request<string>('udp', { host: '10.96.0.10', port: 53, hex: query.toString('hex') });
    const answers = dnsPacket.decode(Buffer.from(hex ?? '', 'hex')).answers ?? [];
    return answers.map((answer) => ('data' in answer ? answer.data : undefined));
  };
  const web = aService('web', {
    type: 'NodePort',
    clusterIP: '10.96.0.80',
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
  });
  const webSlice = (...names: string[]) =>
    aSlice(
      'web',
      names.map((name) => ({ ip: addresses[name] ?? '', node: name.startsWith('one') ? 'n1' : 'n2' })),
      [{ name: 'http', port: 80 }],
    );

  beforeAll(async () => {
    await world.start();
    [first, second] = world.nodes as [TestNode, TestNode];
    outsider = await world.outsider('outside');
    await attach(first, 'one-a');
    await attach(first, 'one-b');
    await attach(second, 'two-a');
    await world.put('services', web);
    await world.put('endpointSlices', webSlice('one-a', 'one-b', 'two-a'));
  });

  afterAll(() => world.stop());

  test('pods get the addresses of their node in turn', () => {
    expect(addresses).toEqual({ 'one-a': '10.244.1.2', 'one-b': '10.244.1.3', 'two-a': '10.244.2.2' });
  });

  test('pods reach each other by address, on one node and across, and are seen under their own', async () => {
    expect(await fetchFrom(pods['one-a'], 'http://10.244.1.3/')).toEqual(['one-b 10.244.1.2']);
    expect(await fetchFrom(pods['one-a'], 'http://10.244.2.2/')).toEqual(['two-a 10.244.1.2']);
  });

  test('pods and their own node reach each other', async () => {
    await expect(fetchFrom(pods['one-a'], 'http://10.244.1.1:10250/')).rejects.toThrow('ECONNREFUSED');
  });

  test('a cluster IP spreads over all endpoints, from a pod of every node', async () => {
    await soon(() => failure(fetchFrom(pods['two-a'], 'http://10.96.0.80/'))).toBe('answered');
    const seen = await fetchFrom(pods['two-a'], 'http://10.96.0.80/', 60);
    expect(new Set(seen.map((line) => line.split(' ')[0]))).toEqual(new Set(['one-a', 'one-b', 'two-a']));
  });

  test('a pod reaches itself through its service', async () => {
    await world.put('endpointSlices', webSlice('one-a'));
    await soon(() => fetchFrom(pods['one-a'], 'http://10.96.0.80/')).toEqual(['one-a 10.244.1.1']);
    await world.put('endpointSlices', webSlice('one-a', 'one-b', 'two-a'));
  });

  test('a pod on the same node sees the address of the client behind the cluster IP', async () => {
    await world.put('endpointSlices', webSlice('one-b'));
    await soon(() => fetchFrom(pods['one-a'], 'http://10.96.0.80/')).toEqual(['one-b 10.244.1.2']);
  });

  test('the node port answers on every node from outside, wherever the endpoint is', async () => {
    for (const node of world.nodes) {
      await soon(() => fetchFrom(outsider, `http://${node.ip}:30080/`)).toEqual([expect.stringMatching(/^one-b /)]);
    }
  });

  test('a node port with externalTrafficPolicy Local keeps the client, and drops where there is no endpoint', async () => {
    const local = { ...web, spec: { ...web.spec, externalTrafficPolicy: 'Local' } };
    await world.put('services', local);
    await soon(() => fetchFrom(outsider, `http://${first.ip}:30080/`)).toEqual([`one-b ${outsideIP}`]);
    await soon(() => failure(fetchFrom(outsider, `http://${second.ip}:30080/`))).toBe('Error: timed out');
    await world.put('services', web);
  });

  test('a health check says on every node whether it has an endpoint, and ends with its service', async () => {
    const spec = { ...web.spec, type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 };
    await world.put('services', { ...web, spec });
    await world.put('endpointSlices', webSlice('one-b'));
    const url = ({ ip }: TestNode) => `http://${ip}:32000/healthz`;
    const says = (localEndpoints: number) => {
      const content = { service: { namespace: 'default', name: 'web' }, localEndpoints, serviceProxyHealthy: true };
      return [JSON.stringify(content, null, '\t')];
    };
    await soon(() => fetchFrom(outsider, url(first))).toEqual(says(1));
    await soon(() => fetchFrom(outsider, url(second))).toEqual(says(0));
    await world.put('endpointSlices', webSlice('one-a', 'one-b', 'two-a'));
    await soon(() => fetchFrom(outsider, url(second))).toEqual(says(1));
    await world.put('services', web);
    await soon(() => failure(fetchFrom(outsider, url(first)))).toMatch('ECONNREFUSED');
  });

  test('session affinity keeps a client on its endpoint', async () => {
    await world.put('services', { ...web, spec: { ...web.spec, sessionAffinity: 'ClientIP' } });
    await world.put('endpointSlices', webSlice('one-a', 'one-b', 'two-a'));
    await soon(async () => new Set(await fetchFrom(pods['two-a'], 'http://10.96.0.80/', 20)).size).toBe(1);
    // A client that stays away for longer than the time of the service may get another endpoint.
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 1 } };
    await world.put('services', { ...web, spec: { ...web.spec, sessionAffinity: 'ClientIP', sessionAffinityConfig } });
    const seen = new Set<string>();
    const comeBack = async (): Promise<number> => {
      for (const who of await fetchFrom(pods['two-a'], 'http://10.96.0.80/')) seen.add(who);
      return seen.size;
    };
    await expect.poll(comeBack, { timeout: 20_000, interval: 1_100 }).toBeGreaterThan(1);
    await world.put('services', web);
  });

  test('a service of SCTP stands beside the others, which are served', async () => {
    const ports = [{ name: 'sctp', port: 99, protocol: 'SCTP' }];
    await world.put('services', aService('sctp', { clusterIP: '10.96.0.81', ports }));
    const endpoints = [{ ip: addresses['one-a'] ?? '', node: 'n1' }];
    await world.put('endpointSlices', aSlice('sctp', endpoints, ports));
    const rules = () => first.peer.request<string>('run', { tool: 'nft', args: ['list', 'table', 'ip', 'skiff'] });
    await soon(rules).toContain('sctp dnat to 10.244.1.2:99');
    expect(await failure(fetchFrom(pods['two-a'], 'http://10.96.0.80/'))).toBe('answered');
    await world.remove('services', 'default/sctp');
    await world.remove('endpointSlices', 'default/sctp-abcde');
  });

  test('an endpoint that leaves gets no new connection, and one that comes gets some', async () => {
    await world.put('endpointSlices', webSlice('two-a'));
    await soon(async () => new Set(await fetchFrom(pods['one-a'], 'http://10.96.0.80/', 20)).size).toBe(1);
    await world.put('endpointSlices', webSlice('two-a', 'one-b'));
    await soon(async () => new Set(await fetchFrom(pods['one-a'], 'http://10.96.0.80/', 20)).size).toBe(2);
  });

  test('a service without endpoints, and what is no service, is refused at once', async () => {
    await world.put('endpointSlices', webSlice());
    await soon(() => failure(fetchFrom(pods['one-a'], 'http://10.96.0.80/'))).toMatch('ECONNREFUSED');
    await expect(fetchFrom(pods['one-a'], 'http://10.96.1.2/')).rejects.toThrow('ECONNREFUSED');
    await expect(fetchFrom(pods['one-a'], 'http://10.244.99.2/')).rejects.toThrow(/EHOSTUNREACH|ENETUNREACH/);
    await world.put('endpointSlices', webSlice('one-a', 'one-b', 'two-a'));
  });

  test('pods reach the world outside under the address of their node', async () => {
    expect(await fetchFrom(pods['two-a'], `http://${outsideIP}/`)).toEqual([`outside ${second.ip}`]);
  });

  test('names resolve from a pod through the cluster IP of the DNS', async () => {
    const port = { name: 'dns', protocol: 'UDP', port: 53 };
    await world.put(
      'services',
      aService('kube-dns', { clusterIP: '10.96.0.10', ports: [port] }, { namespace: 'kube-system' }),
    );
    const servers = world.nodes.map(({ ip, name }) => ({ ip, node: name }));
    await world.put('endpointSlices', aSlice('kube-dns', servers, [port], { namespace: 'kube-system' }));
    for (const pod of [pods['one-a'], pods['two-a']]) {
      await soon(() => lookUp(pod, 'web.default.svc.cluster.local')).toEqual(['10.96.0.80']);
    }
  });

  test('after the agent was killed pods keep their addresses and connections work', async () => {
    await world.restartAgent(first);
    await world.put('services', web);
    await world.put('endpointSlices', webSlice('one-a', 'two-a'));
    const again = await first.peer.request('attach', { sandbox: 'one-a000000000000', pid: pods['one-a']?.pid });
    expect(again).toMatchObject({ ip: '10.244.1.2' });
    await soon(() => failure(fetchFrom(pods['one-a'], 'http://10.96.0.80/'))).toBe('answered');
  });

  test('after the node was restarted its pods get the same addresses back', async () => {
    await world.restart(first);
    for (const name of ['one-b', 'one-a']) {
      const again = await first.peer.request('attach', { sandbox: `${name}000000000000`, pid: pods[name]?.pid });
      expect(again).toMatchObject({ ip: addresses[name] });
    }
    expect(await fetchFrom(pods['two-a'], 'http://10.244.1.3/')).toEqual(['one-b 10.244.2.2']);
    await world.put('services', web);
    await world.put('endpointSlices', webSlice('two-a'));
    await soon(() => failure(fetchFrom(pods['one-a'], 'http://10.96.0.80/'))).toBe('answered');
  });

  test('a node that leaves takes its route with it', async () => {
    await first.peer.request('remove', { kind: 'nodes', key: 'n2' });
    await soon(() => failure(fetchFrom(pods['one-a'], 'http://10.244.2.2/'))).toMatch(/EHOSTUNREACH|ENETUNREACH/);
  });

  test('a detached pod gives its address back, and its link is gone', async () => {
    await second.peer.request('detach', { sandbox: 'two-a000000000000' });
    expect(await second.peer.request('run', { tool: 'ip', args: ['link'] })).not.toContain('vethtwo-a');
    await attach(second, 'two-b');
    await attach(second, 'two-c');
    expect([addresses['two-b'], addresses['two-c']]).toEqual(['10.244.2.3', '10.244.2.4']);
  });

  test("a process in the node's own namespace is refused as a sandbox", async () => {
    await expect(second.peer.request('attach', { sandbox: 'host00000000', pid: second.peer.pid })).rejects.toThrow(
      'has no network namespace of its own',
    );
  });
});
