import { expect, test } from 'vitest';
import type { PodStream } from '../../../../../agent/api/kind.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../../../../agent/api/types.ts';
import { locatePodStream } from '../../../../../agent/apiserver/streams/pod-location.ts';
import {
  isAddressOf,
  isProxyable,
  kubeletAddress,
  parseProxyName,
  podAddress,
  serviceTargets,
} from '../../../../../agent/apiserver/streams/proxy-location.ts';

const aPod = (containers: string[], initContainers: string[] = [], nodeName = 'n'): Pod =>
  ({
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      nodeName,
      containers: containers.map((name) => ({ name })),
      initContainers: initContainers.map((name) => ({ name })),
    },
    status: {},
  }) as Pod;

const locate = (pod: Pod, stream: PodStream, query: string) =>
  locatePodStream(pod, stream, new URLSearchParams(query))?.path;

test.each<[PodStream, string, string]>([
  ['log', '', '/containerLogs/default/web/a'],
  ['log', 'follow=true&previous=false&tailLines=3&pretty=1', '/containerLogs/default/web/a?follow=true&tailLines=3'],
  [
    'exec',
    'container=a&command=sh&command=-c&command=a%20b&stdin=true&stdout=1&stderr=false&tty=true',
    '/exec/default/web/a?input=1&output=1&tty=1&command=sh&command=-c&command=a+b',
  ],
  ['attach', 'stdout=true', '/attach/default/web/a?output=1'],
  ['portforward', '', '/portForward/default/web'],
  ['portforward', 'ports=80&ports=81,82', '/portForward/default/web?port=80&port=81&port=82'],
])('%s?%s is at %s of the kubelet', (stream, query, path) => {
  expect(locate(aPod(['a']), stream, query)).toBe(path);
});

test('an init container can be named', () => {
  expect(locate(aPod(['a', 'b'], ['i']), 'log', 'container=i')).toBe('/containerLogs/default/web/i');
});

test('the log of a pod on no node is nowhere', () => {
  expect(locatePodStream(aPod(['a'], [], ''), 'log', new URLSearchParams())).toBeUndefined();
});

test.each<[Pod, PodStream, string, string]>([
  [aPod(['a', 'b']), 'exec', '', 'a container name must be specified for pod web, choose one of: [a b]'],
  [
    aPod(['a', 'b'], ['i', 'j']),
    'log',
    '',
    'a container name must be specified for pod web, choose one of: [a b] or one of the init containers: [i j]',
  ],
  [aPod([]), 'log', '', 'a container name must be specified for pod web'],
  [aPod(['a']), 'attach', 'container=z', 'container z is not valid for pod web'],
  [aPod(['a'], [], ''), 'portforward', '', 'pod web does not have a host assigned'],
  [
    aPod(['a']),
    'log',
    'limitBytes=0',
    'PodLogOptions "web" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
  ],
  [
    aPod(['a']),
    'log',
    'tailLines=9223372036854775808',
    'strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ],
  [aPod(['a']), 'log', 'tailLines=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
  [
    aPod(['a']),
    'log',
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
    'PodLogOptions "web" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
])('%# is refused as upstream does', (pod, stream, query, message) => {
  expect(() => locate(pod, stream, query)).toThrow(message);
});

test.each([
  ['web', { scheme: 'http', name: 'web', port: '' }],
  ['web:80', { scheme: 'http', name: 'web', port: '80' }],
  ['https:web:', { scheme: 'https', name: 'web', port: '' }],
  [':web:http', { scheme: 'http', name: 'web', port: 'http' }],
])('%s names what is proxied', (text, expected) => {
  expect(parseProxyName(text)).toEqual(expected);
});

test('a name with too many parts is refused', () => {
  expect(() => parseProxyName('ftp:web:80')).toThrow('invalid proxy request "ftp:web:80"');
});

const aNode = (addresses: [string, string][], Port?: number): Node =>
  ({
    status: {
      addresses: addresses.map(([type, address]) => ({ type, address })),
      ...(Port ? { daemonEndpoints: { kubeletEndpoint: { Port } } } : {}),
    },
  }) as Node;

test('a kubelet is reached at the internal address, at the port of the node', () => {
  const addresses: [string, string][] = [
    ['Hostname', 'n'],
    ['InternalIP', '172.30.0.2'],
  ];
  expect(kubeletAddress(aNode(addresses), 10250)).toBe('172.30.0.2:10250');
  expect(kubeletAddress(aNode(addresses, 7), 10250)).toBe('172.30.0.2:7');
  expect(() => kubeletAddress(aNode([]), 10250)).toThrow('no preferred addresses found; known addresses: []');
});

const servingPod = {
  metadata: { name: 'web' },
  spec: { containers: [{ ports: [{ containerPort: 8080, name: 'http' }] }] },
  status: { podIP: '10.244.1.5' },
} as Pod;

test.each([
  ['web', '10.244.1.5:8080'],
  ['web:http', '10.244.1.5:8080'],
  ['web:9090', '10.244.1.5:9090'],
])('the pod %s is at %s', (text, expected) => {
  expect(podAddress(servingPod, parseProxyName(text))).toBe(expected);
});

const service = {
  spec: {
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ],
  },
} as Service;
const slices = [
  {
    ports: [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 8081 },
    ],
    endpoints: [
      { addresses: ['10.244.0.1'], targetRef: { kind: 'Pod', name: 'a' } },
      { addresses: ['10.244.0.2'], conditions: { ready: false } },
      { addresses: ['10.244.0.3'], conditions: { ready: true } },
    ],
  },
] as EndpointSlice[];

test.each([
  ['web', 0, ['10.244.0.1:8080 a', '10.244.0.3:8080 undefined']],
  ['web:http', 0.99, ['10.244.0.3:8080 undefined', '10.244.0.1:8080 a']],
  ['web:81', 0.5, ['10.244.0.3:8081 undefined', '10.244.0.1:8081 a']],
])('the service %s is at one of its ready endpoints, and then at the others', (text, random, expected) => {
  const targets = serviceTargets(service, slices, parseProxyName(text), random);
  expect(targets.map(({ ip, port, pod }) => `${ip}:${port} ${pod}`)).toEqual(expected);
});

test('a service without the port is unavailable', () => {
  expect(() => serviceTargets(service, slices, parseProxyName('web:99'), 0)).toThrow(
    'no service port "99" found for service "web"',
  );
});

test('an endpoint is believed where a pod has its address', () => {
  const pod = { status: { podIP: '10.244.0.1', podIPs: [{ ip: '10.244.0.1' }, { ip: 'fd00::1' }] } } as Pod;
  const answers = ['10.244.0.1', 'fd00::1', '10.244.0.2'].map((ip) => isAddressOf(pod, ip));
  expect(answers).toEqual([true, true, false]);
  expect(isAddressOf({ status: { podIP: '169.254.169.254' } } as Pod, '169.254.169.254')).toBe(false);
});

test.each([
  ['10.244.0.1', true],
  ['8.8.8.8', true],
  ['fd00::1', true],
  ['127.0.0.1', false],
  ['127.9.9.9', false],
  ['::1', false],
  ['::', false],
  ['0.0.0.0', false],
  ['169.254.169.254', false],
  ['fe80::1', false],
  ['224.0.0.1', false],
  ['ff02::1', false],
  ['255.255.255.255', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:10.0.0.1', true],
  ['somewhere', false],
])('whether %s may be proxied to: %s', (ip, expected) => {
  expect(isProxyable(ip)).toBe(expected);
});

test('a pod that claims an address of the server itself is not proxied to', () => {
  const pod = { ...servingPod, status: { podIP: '127.0.0.1' } } as Pod;
  expect(() => podAddress(pod, parseProxyName('web'))).toThrow('address not allowed');
});
