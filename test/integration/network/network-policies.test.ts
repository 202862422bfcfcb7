/** Network policies against a real kernel: what is allowed arrives, and all else does not. */
import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { networking } from '../../../agent/api/types.ts';
import { aNamespace, aNetworkPolicy, aPodAt, aService, aSlice } from '../../builders/network.ts';
import { unless } from '../../unless.ts';
import type { Peer } from './peer.ts';
import { obstacle, outsideIP, type TestNode, World } from './world.ts';

type Spec = Partial<networking.NetworkPolicySpec>;

const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000, interval: 10 });

unless(obstacle()).describe('network policies', () => {
  const world = new World();
  const pods: Record<string, Peer> = {};
  const addresses: Record<string, string> = {};
  let outsider: Peer;
  let applied: string[] = [];

  const attach = async (node: TestNode, name: string, namespace: string, labels: Record<string, string>) => {
    const peer = await world.pod(name);
    pods[name] = peer;
    const place = { name, namespace, uid: `uid-${name}` };
    const ports = [{ name: 'http', containerPort: 80 }];
    await world.put('pods', aPodAt(place, { labels, node: node.name, ports }));
    const request = { sandbox: `${name}0000000000000`, pid: peer.pid, pod: place };
    addresses[name] = (await node.peer.request<{ ip: string }>('attach', request)).ip;
    await world.put('pods', aPodAt(place, { labels, node: node.name, ports, ip: addresses[name] ?? '' }));
  };

  /** `yes`, or how it fails. */
  const reach = (from: Peer | undefined, url: string): Promise<string> =>
    (from?.request<string[]>('fetch', { url, times: 1 }) ?? Promise.reject(new Error('no such pod'))).then(
      () => 'yes',
      (error: Error) => error.message,
    );
  const reaches = async (from: string, to: string): Promise<boolean> =>
    (await reach(pods[from], `http://${addresses[to]}/`)) === 'yes';
  /** Who of these reaches the pod. */
  const whoReaches = async (to: string, ...from: string[]): Promise<string[]> => {
    const answers = await Promise.all(from.map((name) => reaches(name, to)));
    return from.filter((_name, index) => answers[index]);
  };
  const whoIsReached = async (from: string, ...to: string[]): Promise<string[]> => {
    const answers = await Promise.all(to.map((name) => reaches(from, name)));
    return to.filter((_name, index) => answers[index]);
  };

  const apply = async (name: string, spec: Spec, namespace = 'default') => {
    applied.push(`${namespace}/${name}`);
    await world.put('policies', aNetworkPolicy(name, spec, namespace));
  };
  const ofWeb = { podSelector: { matchLabels: { app: 'web' } } };
  const friends: networking.NetworkPolicyPeer = { podSelector: { matchLabels: { access: 'yes' } } };

  beforeAll(async () => {
    await world.start();
    const [first, second] = world.nodes as [TestNode, TestNode];
    outsider = await world.outsider('outside');
    await world.put('namespaces', aNamespace('default'));
    await world.put('namespaces', aNamespace('other', { team: 'blue' }));
    await attach(first, 'web', 'default', { app: 'web' });
    await attach(first, 'friend', 'default', { access: 'yes' });
    await attach(second, 'far', 'default', { access: 'yes' });
    await attach(second, 'other', 'other', { access: 'yes', role: 'guest' });
  });
  beforeEach(async () => {
    for (const key of applied) await world.remove('policies', key);
    applied = [];
    await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['friend', 'far', 'other']);
    await soon(() => reaches('web', 'other')).toBe(true);
  });
  afterAll(() => world.stop());

  describe('of incoming traffic', () => {
    test('a policy without rules lets nobody in, but the pod still reaches others', async () => {
      await apply('deny', { ...ofWeb, policyTypes: ['Ingress'] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual([]);
      expect(await whoIsReached('web', 'friend', 'far')).toEqual(['friend', 'far']);
    });

    test('a pod selector means pods of the own namespace, on every node', async () => {
      await apply('friends', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [friends] }] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['friend', 'far']);
    });

    test('a namespace selector means all pods there, and with a pod selector those of them', async () => {
      const namespaceSelector = { matchLabels: { team: 'blue' } };
      await apply('blue', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector }] }] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['other']);
      const strangers = { namespaceSelector, podSelector: { matchLabels: { role: 'host' } } };
      await apply('blue', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [strangers] }] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual([]);
    });

    test('ports are numbers, names, and ranges', async () => {
      const allow = (port: networking.NetworkPolicyPort) =>
        apply('ports', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ ports: [{ protocol: 'TCP', ...port }] }] });
      await allow({ port: 81 });
      await soon(() => reaches('friend', 'web')).toBe(false);
      for (const port of [{ port: 80 }, { port: 81 }, { port: 'http' }, { port: 'https' }, { port: 70, endPort: 90 }]) {
        await allow(port);
        await soon(() => reaches('friend', 'web')).toBe(port.port !== 81 && port.port !== 'https');
      }
      await allow({ protocol: 'UDP', port: 80 });
      await soon(() => reaches('friend', 'web')).toBe(false);
    });

    test('a block means its addresses but the excepted', async () => {
      const allow = (ipBlock: networking.IPBlock) =>
        apply('block', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [{ ipBlock }] }] });
      await allow({ cidr: '10.244.2.0/24' });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['far', 'other']);
      await allow({ cidr: '10.244.2.0/24', except: [`${addresses.far}/32`] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['other']);
    });

    test('what several policies allow adds up', async () => {
      await apply('deny', { ...ofWeb, policyTypes: ['Ingress'] });
      const namespaceSelector = { matchLabels: { team: 'blue' } };
      await apply('blue', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector }] }] });
      const near = { ipBlock: { cidr: `${addresses.friend}/32` } };
      await apply('near', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [near] }] });
      await soon(() => whoReaches('web', 'friend', 'far', 'other')).toEqual(['friend', 'other']);
    });

    test('labels that change are followed, of pods and of namespaces', async () => {
      const namespaceSelector = { matchLabels: { team: 'red' } };
      await apply('red', { ...ofWeb, policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector }] }] });
      await soon(() => whoReaches('web', 'friend', 'other')).toEqual([]);
      await world.put('namespaces', aNamespace('other', { team: 'red' }));
      await soon(() => whoReaches('web', 'friend', 'other')).toEqual(['other']);
      await world.put('namespaces', aNamespace('other', { team: 'blue' }));
      await soon(() => whoReaches('web', 'friend', 'other')).toEqual([]);
    });

    test('the node of a pod reaches it all the same, as its probes must', async () => {
      await apply('deny', { ...ofWeb, policyTypes: ['Ingress'] });
      await soon(() => reaches('friend', 'web')).toBe(false);
      const probe = await world.onNode(world.nodes[0], 'probe');
      expect(await reach(probe, `http://${addresses.web}/`)).toBe('yes');
    });

    test('a service leads to its pod for those whom the policy lets in, and the pod to itself', async () => {
      await world.put('services', aService('web', { clusterIP: '10.96.0.80', ports: [{ name: 'http', port: 8080 }] }));
      const endpoint = { ip: addresses.web ?? '', node: 'n1' };
      await world.put('endpointSlices', aSlice('web', [endpoint], [{ name: 'http', port: 80 }]));
      await apply('friends', {
        ...ofWeb,
        policyTypes: ['Ingress'],
        ingress: [{ from: [friends], ports: [{ protocol: 'TCP', port: 80 }] }],
      });
      await soon(() => reach(pods.other, 'http://10.96.0.80:8080/')).toBe('Error: timed out');
      await soon(() => reach(pods.far, 'http://10.96.0.80:8080/')).toBe('yes');
      await soon(() => reach(pods.web, 'http://10.96.0.80:8080/')).toBe('yes');
    });
  });

  describe('of outgoing traffic', () => {
    test('a policy without rules lets nothing out, also to the own node, but answers others', async () => {
      await apply('deny', { ...ofWeb, policyTypes: ['Egress'] });
      await soon(() => whoIsReached('web', 'friend', 'far', 'other')).toEqual([]);
      expect(await reach(pods.web, 'http://10.244.1.1:10250/')).toBe('Error: timed out');
      expect(await reach(pods.web, `http://${outsideIP}/`)).toBe('Error: timed out');
      expect(await whoReaches('web', 'friend', 'far')).toEqual(['friend', 'far']);
    });

    test('goes to the pods, the named ports and the blocks of its rules', async () => {
      const allow = (rule: NonNullable<networking.NetworkPolicySpec['egress']>[number]) =>
        apply('out', { ...ofWeb, policyTypes: ['Egress'], egress: [rule] });
      await allow({ to: [friends] });
      await soon(() => whoIsReached('web', 'friend', 'far', 'other')).toEqual(['friend', 'far']);
      await allow({ to: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: 'http' }] });
      await soon(() => whoIsReached('web', 'friend', 'far', 'other')).toEqual(['friend', 'far', 'other']);
      await allow({ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.0.0/16'] } }] });
      await soon(() => whoIsReached('web', 'friend', 'far', 'other')).toEqual([]);
      expect(await reach(pods.web, `http://${outsideIP}/`)).toBe('yes');
    });

    test('names resolve where the pods of the DNS, which answer on the nodes, are allowed', async () => {
      const port = { name: 'dns', protocol: 'UDP', port: 53 };
      const kubeSystem = { namespace: 'kube-system' };
      await world.put('namespaces', aNamespace('kube-system'));
      await world.put('services', aService('kube-dns', { clusterIP: '10.96.0.10', ports: [port] }, kubeSystem));
      const servers = world.nodes.map(({ ip, name }) => ({ ip, node: name }));
      await world.put('endpointSlices', aSlice('kube-dns', servers, [port], kubeSystem));
      for (const { name, ip } of world.nodes) {
        const shape = { labels: { 'k8s-app': 'kube-dns' }, node: name, ip, hostNetwork: true };
        await world.put('pods', aPodAt({ name: `coredns-${name}`, ...kubeSystem }, shape));
      }
      const query = dnsPacket.encode({ id: 7, questions: [{ type: 'A', name: 'web.default.svc.cluster.local' }] });
      const asks = { host: '10.96.0.10', port: 53, hex: query.toString('hex') };
      const resolves = async () =>
        pods.web?.request('udp', asks).then(
          () => 'yes',
          (error: Error) => error.message,
        );
      await soon(resolves).toBe('yes');
      await apply('deny', { ...ofWeb, policyTypes: ['Egress'] });
      await soon(resolves).toBe('Error: timed out');
      const podSelector = { matchLabels: { 'k8s-app': 'kube-dns' } };
      const to = [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, podSelector },
      ];
      await apply('dns', {
        ...ofWeb,
        policyTypes: ['Egress'],
        egress: [{ to, ports: [{ protocol: 'UDP', port: 53 }] }],
      });
      await soon(resolves).toBe('yes');
    });

    test('both ends must allow it', async () => {
      await apply('out', { ...ofWeb, policyTypes: ['Egress'], egress: [{}] });
      await apply('in', { podSelector: {}, policyTypes: ['Ingress'] }, 'other');
      await soon(() => whoIsReached('web', 'friend', 'other')).toEqual(['friend']);
    });
  });

  test('a pod that starts under a policy is isolated before anything runs in it', async () => {
    await apply('deny', { podSelector: { matchLabels: { app: 'late' } }, policyTypes: ['Ingress'] });
    await attach(world.nodes[1] as TestNode, 'late', 'default', { app: 'late' });
    expect(await whoReaches('late', 'friend', 'far', 'other')).toEqual([]);
    expect(await reach(outsider, `http://${outsideIP}/`)).toBe('yes');
  });

  test('with the last policy the rules go', async () => {
    await apply('deny', { ...ofWeb, policyTypes: ['Ingress'] });
    await soon(() => whoReaches('web', 'friend', 'far')).toEqual([]);
    const rules = () => world.nodes[0]?.peer.request<string>('run', { tool: 'nft', args: ['list', 'tables'] });
    expect(await rules()).toContain('skiff-policies');
    await world.remove('policies', 'default/deny');
    await soon(async () => (await rules())?.includes('skiff-policies')).toBe(false);
  });
});
