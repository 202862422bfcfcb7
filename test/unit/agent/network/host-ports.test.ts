import { expect, test } from 'vitest';
import { renderHostPorts } from '../../../../agent/network/host-ports.ts';
import { aKubeletPod } from '../../../builders/pod-view.ts';

const withPort = (port: object, spec: object = {}, phase = 'Running') =>
  aKubeletPod(
    { containers: [{ name: 'c', image: 'web:1.0', ports: [{ containerPort: 80, ...port }] }], ...spec },
    { status: { phase, podIP: '10.244.1.5' } },
  );

test('a host port leads to the pod, from everywhere, the node and the pod itself among it', () => {
  const text = renderHostPorts([withPort({ hostPort: 8081 })]);
  expect(text).toContain('\n    tcp dport 8081 dnat to 10.244.1.5:80\n');
  expect(text).toContain('hook output priority -100; policy accept; fib daddr type local jump ports; }\n');
  expect(text).toContain('\n    ip saddr { 10.244.1.5, 127.0.0.0/8 } ip daddr 10.244.1.5 masquerade\n');
});

test('protocol and address are kept', () => {
  const text = renderHostPorts([withPort({ hostPort: 53, hostIP: '172.30.0.2', protocol: 'UDP' })]);
  expect(text).toContain('\n    ip daddr 172.30.0.2 udp dport 53 dnat to 10.244.1.5:80\n');
});

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/network/hostport.go */
test('there is no conflict between pods with same hostPort but different hostIP and protocol', () => {
  const at = (podIP: string, port: object) => {
    const pod = withPort({ hostPort: 54323, ...port });
    return { ...pod, status: { ...pod.status, podIP } };
  };
  const text = renderHostPorts([
    at('10.244.1.1', { hostIP: '127.0.0.1' }),
    at('10.244.1.2', { hostIP: '172.30.0.2' }),
    at('10.244.1.3', { hostIP: '172.30.0.2', protocol: 'UDP' }),
  ]);
  expect(text.split('\n').filter((line) => line.includes('dport'))).toEqual([
    '    ip daddr 127.0.0.1 tcp dport 54323 dnat to 10.244.1.1:80',
    '    ip daddr 172.30.0.2 tcp dport 54323 dnat to 10.244.1.2:80',
    '    ip daddr 172.30.0.2 udp dport 54323 dnat to 10.244.1.3:80',
  ]);
});

test.each([
  ['no host port', withPort({})],
  ['the host network', withPort({ hostPort: 8081 }, { hostNetwork: true })],
  ['an end', withPort({ hostPort: 8081 }, {}, 'Succeeded')],
])('a pod with %s leaves no table', (_name, pod) => {
  expect(renderHostPorts([pod])).toBe('table ip skiff-host-ports\ndelete table ip skiff-host-ports\n');
});
