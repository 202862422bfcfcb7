import { describe, expect, it } from 'vitest';
import { leases } from '../../../../../agent/api/coordination/lease.ts';
import { configMaps } from '../../../../../agent/api/core/config-map.ts';
import { endpoints } from '../../../../../agent/api/core/endpoints.ts';
import { events } from '../../../../../agent/api/core/event.ts';
import { eventFromCore, eventToCore } from '../../../../../agent/api/core/event-conversion.ts';
import { namespaces } from '../../../../../agent/api/core/namespace.ts';
import { nodes } from '../../../../../agent/api/core/node.ts';
import { secrets } from '../../../../../agent/api/core/secret.ts';
import { serviceAccounts } from '../../../../../agent/api/core/service-account.ts';
import { endpointSlices } from '../../../../../agent/api/discovery/endpoint-slice.ts';
import type { Kind } from '../../../../../agent/api/kind.ts';
import { kindFor, kindNamed } from '../../../../../agent/api/kinds.ts';
import type {
  ConfigMap,
  EndpointSlice,
  Endpoints,
  Event,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Secret,
  ServiceAccount,
} from '../../../../../agent/api/types.ts';
import { lines, metadata } from '../builders.ts';

const now = Date.parse('2026-01-01T00:01:30Z');
const cells = <T extends KubeObject>(kind: Kind<T>, object: T) => kind.columns.map((each) => each.value(object, now));

it('kinds are found by resource and by name', () => {
  expect(kindFor('events.k8s.io', 'v1', 'events')?.kind).toBe(events);
  expect(kindNamed('v1', 'Pod')?.representation.definition).toBe('io.k8s.api.core.v1.Pod');
  expect(kindFor('apps', 'v2', 'deployments')).toBeUndefined();
});

describe('secrets', () => {
  const secret = (more: Partial<Secret> = {}): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('s'),
    ...more,
  });

  it('are opaque, with what was given as text in base64', () => {
    const given = secret({ data: { a: 'YQ==' }, stringData: { a: 'ä', b: 'x' } });
    secrets.default?.(given);
    expect(given).toEqual({ ...secret(), type: 'Opaque', data: { a: 'w6Q=', b: 'eA==' } });
    expect(cells(secrets, given)).toEqual(['s', 'Opaque', 2, '90s']);
  });

  it.each([
    [{ type: 'kubernetes.io/basic-auth' }, ['data[username]: Required', 'data[password]: Required']],
    [{ type: 'kubernetes.io/basic-auth', data: { password: '' } }, []],
    [{ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' } }, []],
    [
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'YQ==' } },
      ["data[.dockerconfigjson]: Invalid: invalid character 'a' looking for beginning of value"],
    ],
    [{ data: { a: 'A'.repeat(1_398_104) } }, ['data: TooLong: may not be more than 1048576 bytes']],
    [{ data: { a: `${'A'.repeat(1_398_100)}AA==` } }, []],
    [{ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }, ['data[tls.key]: Required']],
    [
      { type: 'Opaque', data: { 'a b': '' } },
      [expect.stringMatching(/^data\[a b\]: Invalid: a valid config key must/)],
    ],
    [
      { type: 'kubernetes.io/service-account-token' },
      ['metadata.annotations[kubernetes.io/service-account.name]: Required'],
    ],
  ])('%j is refused', (more, expected) => {
    expect(lines(secrets.validate?.(secret(more)))).toEqual(expected);
  });

  it('keep their type, and everything when immutable', () => {
    const old = secret({ type: 'Opaque', immutable: true, data: { a: 'YQ==' } });
    expect(lines(secrets.validate?.(secret({ type: 'x', data: {} }), old))).toEqual([
      'type: Invalid: field is immutable',
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });
});

describe('config maps', () => {
  const configMap = (more: Partial<ConfigMap>): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata('c'),
    ...more,
  });

  it('count both sorts of data, and a key may be in one only', () => {
    const both = configMap({ data: { a: '1', b: '2' }, binaryData: { a: 'YQ==' } });
    expect(cells(configMaps, both)).toEqual(['c', 3, '90s']);
    expect(lines(configMaps.validate?.(both))).toEqual(['data[a]: Invalid: duplicate of key present in binaryData']);
  });

  it('may not weigh more than a mebibyte', () => {
    expect(lines(configMaps.validate?.(configMap({ data: { a: 'x'.repeat(1_600_000) } })))).toEqual([
      '[]: TooLong: may not be more than 1048576 bytes',
    ]);
  });
});

it('namespaces carry their name as a label, a finalizer and a phase', () => {
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: metadata('dev'), spec: {} };
  namespaces.default?.(namespace);
  namespaces.prepareForCreate?.(namespace, []);
  expect(namespace.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'dev' });
  expect(namespace.spec).toEqual({ finalizers: ['kubernetes'] });
  expect(cells(namespaces, namespace)).toEqual(['dev', 'Active', '90s']);
});

describe('nodes', () => {
  const node = (more: Partial<Node> = {}): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: metadata('n', {
      labels: { 'node-role.kubernetes.io/control-plane': '', 'node-role.kubernetes.io/a': '' },
    }),
    spec: {},
    ...more,
  });

  it.each([
    ['Ready', { spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
    ['NotReady', { spec: {}, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }],
    ['Unknown,SchedulingDisabled', { spec: { unschedulable: true } }],
  ])('are %s', (expected, more) => {
    expect(cells(nodes, node(more)).slice(1, 3)).toEqual([expected, 'a,control-plane']);
  });

  it('keep their pod network, and know only three effects of a taint', () => {
    const old = node({ spec: { podCIDR: '10.244.0.0/24' } });
    const changed = node({ spec: { podCIDR: '10.244.1.0/24', taints: [{ key: 'a', effect: 'Never' }] } });
    for (const each of [old, changed]) nodes.default?.(each);
    expect(lines(nodes.validate?.(changed, old))).toEqual([
      'metadata.taints[0].effect: NotSupported: supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ]);
  });
});

it('endpoints show three addresses and how many there are beyond', () => {
  const object = (count: number): Endpoints => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: metadata('e'),
    subsets: [
      { addresses: Array.from({ length: count }, (_, index) => ({ ip: `10.0.0.${index}` })), ports: [{ port: 80 }] },
    ],
  });
  expect(cells(endpoints, object(0))[1]).toBe('<none>');
  expect(cells(endpoints, object(2))[1]).toBe('10.0.0.0:80,10.0.0.1:80');
  expect(cells(endpoints, object(5))[1]).toBe('10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 2 more...');
});

it('endpoint slices have defaults, columns and a fixed address type', () => {
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata('s'),
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ port: 80 }],
  };
  endpointSlices.default?.(slice);
  expect(slice.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
  expect(cells(endpointSlices, slice)).toEqual(['s', 'IPv4', '80', '10.0.0.1', '90s']);
  expect(
    lines(endpointSlices.validate?.({ ...slice, addressType: 'IPv6', endpoints: [{ addresses: [] }] }, slice)),
  ).toEqual([
    'endpoints[0].addresses: Required: must contain at least 1 address',
    'addressType: Invalid: field is immutable',
  ]);
});

it('an endpoint is no name, no address of another family, and not the node itself', () => {
  const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  const slice = (addressType: string, ...addresses: string[]): EndpointSlice => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata('s'),
    addressType,
    endpoints: [{ addresses }],
  });
  expect(lines(endpointSlices.validate?.(slice('FQDN', 'example.com')))).toEqual([]);
  expect(lines(endpointSlices.validate?.(slice('IPv4', '10.0.0.1', 'a', '127.0.0.1', 'fd00::1')))).toEqual([
    'endpoints[0].addresses[1]: Invalid: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'endpoints[0].addresses[1]: Invalid: must be a valid IP address',
    `endpoints[0].addresses[2]: Invalid: ${loopback}`,
    'endpoints[0].addresses[3]: Invalid: must be an IPv4 address',
  ]);
  const subsets = [{ addresses: [{ ip: '127.0.0.1' }] }];
  expect(
    lines(endpoints.validate?.({ apiVersion: 'v1', kind: 'Endpoints', metadata: metadata('e'), subsets })),
  ).toEqual([`subsets[0].addresses[0].ip: Invalid: ${loopback}`]);
});

it('leases and service accounts', () => {
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: metadata('l'),
    spec: { holderIdentity: 'n', leaseDurationSeconds: 0 },
  };
  expect(cells(leases, lease)).toEqual(['l', 'n', '90s']);
  expect(lines(leases.validate?.(lease))).toEqual(['spec.leaseDurationSeconds: Invalid: must be greater than 0']);
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('default') };
  expect(cells(serviceAccounts, account)).toEqual(['default', 0, '90s']);
});

describe('events', () => {
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata('web.1'),
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web', fieldPath: 'spec.containers{web}' },
    type: 'Normal',
    reason: 'Pulled',
    message: ' Container image "web:1.0" already present on machine\n',
    source: { component: 'kubelet', host: 'worker' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:01:00Z',
    count: 3,
  };

  it('show what happened to what', () => {
    expect(cells(events, event)).toEqual([
      '30s',
      'Normal',
      'Pulled',
      'pod/web',
      'spec.containers{web}',
      'kubelet, worker',
      'Container image "web:1.0" already present on machine',
      '90s',
      '3',
      'web.1',
    ]);
  });

  it('have another shape in events.k8s.io, without loss', () => {
    const other = eventFromCore({ ...event });
    expect(other).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: event.involvedObject,
      note: event.message,
      deprecatedSource: event.source,
      deprecatedCount: 3,
      deprecatedFirstTimestamp: event.firstTimestamp,
    });
    expect(other).not.toHaveProperty('involvedObject');
    expect(eventToCore(other)).toEqual(event);
  });

  it('belong in the namespace of their object', () => {
    const stray = { ...event, involvedObject: { kind: 'Pod', namespace: 'other', name: 'web' } };
    expect(lines(events.validate?.(stray))).toEqual([
      'involvedObject.namespace: Invalid: does not match event.namespace',
    ]);
    expect(events.validate?.({ ...event, involvedObject: { kind: 'Node', name: 'n' } })).toEqual([]);
  });
});
