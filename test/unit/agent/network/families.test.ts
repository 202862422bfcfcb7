/** Rules of the second family, as far as they differ from those of IPv4; the kernel judges them in test/integration. */
import { expect, test } from 'vitest';
import { termsOf } from '../../../../agent/network/families.ts';
import { renderHostPorts } from '../../../../agent/network/host-ports.ts';
import { isolationsOf } from '../../../../agent/network/network-policy/plan.ts';
import { renderPolicies } from '../../../../agent/network/network-policy/render.ts';
import { render } from '../../../../agent/network/service-proxy/render.ts';
import { aNamespace, aNetworkPolicy, aPodAt, aService, aSlice } from '../../../builders/network.ts';

const ipv6 = termsOf('fd00::/64');
const node = { nodeName: 'n1', nodeIP: 'fd00:77::2', clusterCIDR: 'fd00:244::/48', dnsIP: '10.96.0.10' };
const ports = [{ port: 80 }];

test('a service has rules of the family that its addresses and endpoints are of', () => {
  const service = aService('web', {
    clusterIP: '10.96.0.80',
    clusterIPs: ['10.96.0.80', 'fd00:96::80'],
    externalIPs: ['203.0.113.1', '2001:db8::1'],
    sessionAffinity: 'ClientIP',
    ports,
  });
  const slices = [aSlice('web', [{ ip: '10.244.1.5' }]), aSlice('web', [{ ip: 'fd00:244::5' }, { ip: 'fd00:244::6' }])];
  const text = render([service], slices, node);
  expect(text).toContain('table ip6 skiff {');
  expect(text).toMatch(
    /add element ip6 skiff service-ips \{ fd00:96::80 \. tcp \. 80 : .*, 2001:db8::1 \. tcp \. 80 : /,
  );
  expect(text).toContain('dnat to [fd00:244::5]:80');
  expect(text).toContain('clients-10800-service-default/web/tcp/80/fd00.244..5/80 { type ipv6_addr;');
  expect(text).not.toMatch(/10\.96\.0\.80|10\.244\.1\.5|203\.0\.113\.1|ipv4_addr|\bip [sd]addr/);
});

test('a policy isolates a pod at its address of the family, and a block of the other one allows nothing', () => {
  const pod = aPodAt({ name: 'web' }, { node: 'n1' });
  const from = [
    { ipBlock: { cidr: '10.0.0.0/8' } },
    { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
  ];
  const policies = [aNetworkPolicy('web', { ingress: [{ from }] })];
  const cluster = { policies, pods: [pod], namespaces: [aNamespace('default')], terms: ipv6 };
  const text = renderPolicies(isolationsOf({ ...cluster, addressOf: () => 'fd00:244::5' }, [pod]), ipv6);
  const [, rules] = /chain ingress-fd00\.244\.\.5 \{\n([^}]*\}[^}]*)\}/.exec(text) ?? [];
  expect(rules?.trim().split(/\n */)).toEqual([
    'ip6 saddr 2001:db8::/32 ip6 saddr != { 2001:db8:1::/48 } return',
    'drop',
  ]);
  expect(text).toContain('icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept');
});

test.each([
  ['any address', {}, ['10.244.1.5', '[fd00:244::5]']],
  ['any of IPv4', { hostIP: '0.0.0.0' }, ['10.244.1.5']],
  ['any of IPv6', { hostIP: '::' }, ['[fd00:244::5]']],
  ['one of IPv6', { hostIP: 'fd00:77::2' }, ['[fd00:244::5]']],
])('a host port of %s leads to the pod at the addresses of that family', (_what, more, targets) => {
  const pod = aPodAt({ name: 'web' }, { ports: [{ hostPort: 8080, containerPort: 80, ...more }] });
  const status = { ...pod.status, podIPs: [{ ip: '10.244.1.5' }, { ip: 'fd00:244::5' }] };
  const text = [termsOf('10.0.0.0/8'), ipv6].map((terms) => renderHostPorts([{ ...pod, status }], terms)).join('');
  expect([...text.matchAll(/dport 8080 dnat to (\S+):80/g)].map(([, to]) => to)).toEqual(targets);
});
