import { describe, expect, test } from 'vitest';
import type { networking, Pod } from '../../../../agent/api/types.ts';
import { ipv4 } from '../../../../agent/network/families.ts';
import { isolationsOf } from '../../../../agent/network/network-policy/plan.ts';
import { renderPolicies } from '../../../../agent/network/network-policy/render.ts';
import { aNamespace, aNetworkPolicy, aPodAt } from '../../../builders/network.ts';

const web = aPodAt(
  { name: 'web' },
  { labels: { app: 'web' }, node: 'n1', ip: '10.244.1.2', ports: [{ name: 'http', containerPort: 8080 }] },
);
const client = aPodAt({ name: 'client' }, { labels: { role: 'client' }, node: 'n2', ip: '10.244.2.2' });
const guest = aPodAt({ name: 'guest', namespace: 'other' }, { labels: { role: 'client' }, ip: '10.244.2.3' });
const done = aPodAt({ name: 'done' }, { labels: { role: 'client' }, ip: '10.244.2.4', phase: 'Succeeded' });
const onHost = aPodAt({ name: 'agent' }, { labels: { role: 'client' }, ip: '172.30.0.3', hostNetwork: true });
const unborn = aPodAt({ name: 'unborn' }, { labels: { role: 'client' } });
const namespaces = [aNamespace('default'), aNamespace('other', { team: 'blue' })];
const clients = { podSelector: { matchLabels: { role: 'client' } } };

const isolate = (specs: Partial<networking.NetworkPolicySpec>[], own: Pod[] = [web]) =>
  isolationsOf(
    {
      policies: specs.map((spec, index) => aNetworkPolicy(`policy-${index}`, spec)),
      pods: [web, client, guest, done, onHost, unborn],
      namespaces,
      terms: ipv4,
      addressOf: ({ status }) => status?.podIP,
    },
    own,
  );
const ingressOf = (...rules: NonNullable<networking.NetworkPolicySpec['ingress']>) =>
  isolate([{ policyTypes: ['Ingress'], ingress: rules }])[0]?.ingress;
const egressOf = (...rules: NonNullable<networking.NetworkPolicySpec['egress']>) =>
  isolate([{ policyTypes: ['Egress'], egress: rules }])[0]?.egress;
const tcp = (first: number, last = first) => ({ protocol: 'tcp' as const, first, last });

describe('a pod is isolated', () => {
  test('in the directions of the policies that select it', () => {
    expect(isolate([{ policyTypes: ['Ingress'] }])).toEqual([{ pod: 'default/web', ip: '10.244.1.2', ingress: [] }]);
    expect(isolate([{ policyTypes: ['Egress'] }])).toEqual([{ pod: 'default/web', ip: '10.244.1.2', egress: [] }]);
    expect(isolate([{ policyTypes: ['Ingress'] }, { policyTypes: ['Egress'] }])).toEqual([
      { pod: 'default/web', ip: '10.244.1.2', ingress: [], egress: [] },
    ]);
  });

  test('by policies of its own namespace that select its labels, and by no others', () => {
    expect(isolate([{ podSelector: { matchLabels: { app: 'db' } } }])).toEqual([]);
    expect(isolate([{}], [guest])).toEqual([]);
  });

  test('not without an address, after its end, or on the network of the node', () => {
    expect(isolate([{}], [unborn, done, onHost])).toEqual([]);
  });
});

describe('a rule allows', () => {
  test('everybody everything without peers and ports, also where they are empty lists', () => {
    expect(ingressOf({})).toEqual([{}]);
    expect(ingressOf({ from: [], ports: [] })).toEqual([{}]);
    expect(egressOf({ to: [], ports: [] })).toEqual([{}]);
  });

  test('pods that run and have an address of their own to come in', () => {
    expect(ingressOf({ from: [clients] })).toEqual([{ peers: { addresses: ['10.244.2.2'], blocks: [] } }]);
  });

  test('what runs on the network of a node to be reached', () => {
    expect(egressOf({ to: [clients] })).toEqual([{ peers: { addresses: ['10.244.2.2', '172.30.0.3'], blocks: [] } }]);
  });

  test('pods of the namespaces of a selector, which may be all', () => {
    const from = (namespaceSelector: object) => ingressOf({ from: [{ namespaceSelector, ...clients }] })?.[0]?.peers;
    expect(from({ matchLabels: { team: 'blue' } })?.addresses).toEqual(['10.244.2.3']);
    expect(from({})?.addresses).toEqual(['10.244.2.2', '10.244.2.3']);
  });

  test('blocks without what they except; blocks of IPv6 have no address here', () => {
    const from = [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }, { ipBlock: { cidr: 'fd00::/8' } }];
    expect(ingressOf({ from })?.[0]?.peers).toEqual({
      addresses: [],
      blocks: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }],
    });
  });

  test('every port of a protocol, one port, or a range', () => {
    const ports = [
      { protocol: 'UDP' as const },
      { port: 80 },
      { port: 90, endPort: 99 },
      { protocol: 'SCTP' as const, port: 7 },
    ];
    expect(ingressOf({ ports })?.[0]?.ports).toEqual([
      { protocol: 'udp', first: 0, last: 65_535 },
      tcp(80),
      tcp(90, 99),
      { protocol: 'sctp', first: 7, last: 7 },
    ]);
  });

  test('a named port of the pod that receives, and nothing where it has none of that name', () => {
    expect(ingressOf({ ports: [{ port: 'http' }] })).toEqual([{ ports: [tcp(8080)] }]);
    expect(ingressOf({ ports: [{ port: 'https' }] })).toEqual([]);
    expect(ingressOf({ ports: [{ port: 'http', protocol: 'UDP' }] })).toEqual([]);
    expect(egressOf({ ports: [{ port: 'http' }] })).toEqual([
      { peers: { addresses: ['10.244.1.2'], blocks: [] }, ports: [tcp(8080)] },
    ]);
    expect(egressOf({ to: [clients], ports: [{ port: 'http' }] })).toEqual([]);
  });
});

describe('the rules as text', () => {
  test('are none where nothing is isolated', () => {
    expect(renderPolicies([], ipv4)).toBe('table ip skiff-policies\ndelete table ip skiff-policies\n');
  });

  test('drop what no rule returns from, and have each list of addresses once', () => {
    const allowance = { peers: { addresses: ['10.244.2.2'], blocks: [] }, ports: [tcp(80, 90)] };
    const text = renderPolicies(
      [
        { pod: 'default/a', ip: '10.244.1.2', ingress: [allowance], egress: [allowance] },
        { pod: 'default/b', ip: '10.244.1.3', ingress: [] },
      ],
      ipv4,
    );
    expect(text.match(/^ {2}set peers.*$/gm)).toEqual(['  set peers-0 { type ipv4_addr; elements = { 10.244.2.2 } }']);
    expect(
      /chain ingress-10\.244\.1\.2 \{\n(.*\n)(.*)\n/
        .exec(text)
        ?.slice(1)
        .map((line) => line.trim()),
    ).toEqual(['ip saddr @peers-0 tcp dport 80-90 return', 'drop']);
    expect(/chain ingress-10\.244\.1\.3 \{\n(.*)\n/.exec(text)?.[1]?.trim()).toBe('drop');
  });
});
