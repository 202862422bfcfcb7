import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../../../agent/api/types.ts';
import { recordsFrom } from '../../../../agent/dns/records.ts';
import { answerFromZone } from '../../../../agent/dns/zone.ts';
import { contains } from '../../../../agent/network/cidr.ts';
import { aService, aSlice } from '../../../builders/network.ts';
import { createFakeInformer } from '../../../fakes/informer.ts';

const http = { name: 'http', port: 80 };
const services = [
  aService('web', { clusterIP: '10.96.0.80', ports: [http, { name: 'metrics', port: 9090 }] }),
  aService('db', { clusterIP: 'None', ports: [{ name: 'tcp', port: 5432 }] }),
  aService('dual', { clusterIP: '10.96.0.90', clusterIPs: ['10.96.0.90', 'fd00:96::90'], ports: [http] }),
  aService('six', { clusterIP: 'None', ports: [http] }),
  aService('empty', { clusterIP: 'None', ports: [{ name: 'tcp', port: 1 }] }),
  aService('outside', { type: 'ExternalName', externalName: 'example.com' }),
  aService(
    'kube-dns',
    { clusterIP: '10.96.0.10', ports: [{ name: 'dns', protocol: 'UDP', port: 53 }] },
    {
      namespace: 'kube-system',
    },
  ),
];
const slices = [
  aSlice('six', [{ ip: 'fd00:244::6' }], [http]),
  aSlice('web', [{ ip: '10.244.1.5' }], [http]),
  aSlice(
    'db',
    [
      { ip: '10.244.1.6', hostname: 'db-0' },
      { ip: '10.244.2.6' },
      { ip: '10.244.2.7', hostname: 'db-2', ready: false },
    ],
    [{ name: 'tcp', port: 15432 }],
  ),
];
const records = recordsFrom(createFakeInformer<Service>(services), createFakeInformer<EndpointSlice>(slices));
const options = {
  domain: 'cluster.local',
  dnsIP: '10.96.0.10',
  isClusterAddress: (ip: string) =>
    contains('10.244.0.0/16', ip) || contains('10.96.0.0/12', ip) || contains('fd00:244::/48', ip),
};
type Type = Parameters<typeof answerFromZone>[0]['type'];
const ask = (name: string, type: Type = 'A') => answerFromZone({ name, type }, records, options);
/** Code and data, e.g. `NOERROR 10.96.0.80`; undefined where the name is not ours. */
const look = (name: string, type: Type = 'A') => {
  const answer = ask(name, type);
  return answer && [answer.code, ...answer.answers.map((record) => ('data' in record ? record.data : undefined))];
};

describe('a service', () => {
  test.each([
    ['web.default.svc.cluster.local', ['NOERROR', '10.96.0.80']],
    ['WEB.Default.svc.CLUSTER.local', ['NOERROR', '10.96.0.80']],
    ['db.default.svc.cluster.local', ['NOERROR', '10.244.1.6', '10.244.2.6']],
    ['db-0.db.default.svc.cluster.local', ['NOERROR', '10.244.1.6']],
    ['10-244-2-6.db.default.svc.cluster.local', ['NOERROR', '10.244.2.6']],
    ['db-2.db.default.svc.cluster.local', ['NXDOMAIN']],
    ['empty.default.svc.cluster.local', ['NXDOMAIN']],
    ['nope.default.svc.cluster.local', ['NXDOMAIN']],
    ['web.nowhere.svc.cluster.local', ['NXDOMAIN']],
    ['a.b.c.web.default.svc.cluster.local', ['NXDOMAIN']],
    ['default.svc.cluster.local', ['NOERROR']],
    ['nowhere.svc.cluster.local', ['NXDOMAIN']],
    ['svc.cluster.local', ['NOERROR']],
    ['cluster.local', ['NOERROR']],
    ['web.cluster.local', ['NXDOMAIN']],
  ])('%s', (name, expected) => expect(look(name)).toEqual(expected));

  test('has no IPv6 address, which is no error', () => {
    expect(look('web.default.svc.cluster.local', 'AAAA')).toEqual(['NOERROR']);
    expect(look('nope.default.svc.cluster.local', 'AAAA')).toEqual(['NXDOMAIN']);
  });

  test('is answered in the case in which it was asked for', () => {
    expect(ask('WEB.default.svc.cluster.local')?.answers[0]?.name).toBe('WEB.default.svc.cluster.local');
  });

  test('that is an alias names its target for the caller to follow', () => {
    expect(ask('outside.default.svc.cluster.local')).toMatchObject({
      code: 'NOERROR',
      answers: [{ type: 'CNAME', data: 'example.com' }],
      alias: 'example.com',
    });
  });
});

describe('SRV', () => {
  test('of a named port is the service, with its address beside it', () => {
    expect(ask('_http._tcp.web.default.svc.cluster.local', 'SRV')).toMatchObject({
      answers: [{ data: { priority: 0, weight: 100, port: 80, target: 'web.default.svc.cluster.local' } }],
      additionals: [{ type: 'A', name: 'web.default.svc.cluster.local', data: '10.96.0.80' }],
    });
  });

  test('of a headless service are its ready endpoints, at the port of the pod', () => {
    expect(look('_tcp._tcp.db.default.svc.cluster.local', 'SRV')).toEqual([
      'NOERROR',
      { priority: 0, weight: 50, port: 15432, target: 'db-0.db.default.svc.cluster.local' },
      { priority: 0, weight: 50, port: 15432, target: '10-244-2-6.db.default.svc.cluster.local' },
    ]);
  });

  test('without a port is every port', () => {
    expect(ask('web.default.svc.cluster.local', 'SRV')?.answers).toHaveLength(2);
  });

  test.each(['_https._tcp', '_http._udp'])('%s of a service without it is no name', (port) => {
    expect(look(`${port}.web.default.svc.cluster.local`, 'SRV')).toEqual(['NXDOMAIN']);
  });

  test('names exist for other types too', () => {
    expect(look('_http._tcp.web.default.svc.cluster.local')).toEqual(['NOERROR']);
  });
});

describe('an address of IPv6', () => {
  const nibbles = (digits: string) => `${[...digits].reverse().join('.')}.ip6.arpa`;
  test.each<[string, Type, unknown]>([
    ['dual.default.svc.cluster.local', 'A', ['NOERROR', '10.96.0.90']],
    ['dual.default.svc.cluster.local', 'AAAA', ['NOERROR', 'fd00:96::90']],
    ['web.default.svc.cluster.local', 'AAAA', ['NOERROR']],
    ['six.default.svc.cluster.local', 'A', ['NOERROR']],
    ['six.default.svc.cluster.local', 'AAAA', ['NOERROR', 'fd00:244::6']],
    ['fd00-244--6.six.default.svc.cluster.local', 'AAAA', ['NOERROR', 'fd00:244::6']],
    ['fd00-244--6.default.pod.cluster.local', 'AAAA', ['NOERROR', 'fd00:244::6']],
    ['fd00-244--6.default.pod.cluster.local', 'A', ['NOERROR']],
    [nibbles('fd000096000000000000000000000090'), 'PTR', ['NOERROR', 'dual.default.svc.cluster.local']],
    [nibbles('fd000244000000000000000000000006'), 'PTR', ['NOERROR', 'fd00-244--6.six.default.svc.cluster.local']],
    [nibbles('fd000244000000000000000000000007'), 'PTR', ['NXDOMAIN']],
    [nibbles('20010db8000000000000000000000001'), 'PTR', undefined],
    ['8.b.d.0.1.0.0.2.ip6.arpa', 'PTR', undefined],
  ])('%s %s', (name, type, expected) => expect(look(name, type)).toEqual(expected));

  test('a port of both families is one target with both addresses', () => {
    const answer = ask('_http._tcp.dual.default.svc.cluster.local', 'SRV');
    expect(answer?.answers).toHaveLength(1);
    expect(answer?.additionals.map(({ type }) => type)).toEqual(['A', 'AAAA']);
  });
});

describe('a pod', () => {
  test.each([
    ['10-244-1-5.default.pod.cluster.local', ['NOERROR', '10.244.1.5']],
    ['10-244-1-999.default.pod.cluster.local', ['NXDOMAIN']],
    ['web.default.pod.cluster.local', ['NXDOMAIN']],
    ['10-244-1-5.nowhere.pod.cluster.local', ['NXDOMAIN']],
  ])('%s', (name, expected) => expect(look(name)).toEqual(expected));
});

describe('the reverse of an address', () => {
  test.each([
    ['80.0.96.10.in-addr.arpa', ['NOERROR', 'web.default.svc.cluster.local']],
    ['6.1.244.10.in-addr.arpa', ['NOERROR', 'db-0.db.default.svc.cluster.local']],
    ['6.2.244.10.in-addr.arpa', ['NOERROR', '10-244-2-6.db.default.svc.cluster.local']],
    ['9.9.244.10.in-addr.arpa', ['NXDOMAIN']],
    ['1.2.0.192.in-addr.arpa', undefined],
  ])('%s', (name, expected) => expect(look(name, 'PTR')).toEqual(expected));
});

test.each(['example.com', 'notcluster.local', 'local', 'web.default.svc.cluster.local.example.com'])(
  '%s is not ours',
  (name) => expect(ask(name)).toBeUndefined(),
);

test('the zone tells its version and its own server', () => {
  expect(look('dns-version.cluster.local', 'TXT')).toEqual(['NOERROR', '1.1.0']);
  expect(look('ns.dns.cluster.local')).toEqual(['NOERROR', '10.96.0.10']);
});
