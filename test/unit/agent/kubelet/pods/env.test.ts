import { expect, test } from 'vitest';
import type { ConfigMap, core, Secret } from '../../../../../agent/api/types.ts';
import { environmentOf } from '../../../../../agent/kubelet/pods/env.ts';
import { hostsFile, kernelHostname, resolvConf } from '../../../../../agent/kubelet/pods/files.ts';
import { expand } from '../../../../../agent/kubelet/spec/expansion.ts';
import { aService } from '../../../../builders/network.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';

const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const settings: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { MODE: 'dev' } };
const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: 'c2VjcmV0' } };
const objects = {
  configMap: async (_namespace: string, name: string) => (name === 'settings' ? settings : undefined),
  secret: async (_namespace: string, name: string) => (name === 'db' ? secret : undefined),
};
const services = [
  aService('my-db', { clusterIP: '10.96.0.7', ports: [{ name: 'sql', port: 5432 }] }, { namespace: 'ns' }),
];
const facts = {
  hostIPs: ['172.30.0.2'],
  podIPs: ['10.244.0.5'],
  capacity: { cpu: 2, memory: 1024, storage: 50 * 2 ** 30 },
};
const environment = (container: Partial<core.Container>) =>
  environmentOf(aKubeletPod(), { name: 'c', ...container }, { objects, services, facts });

test('variables come from everywhere and may refer to earlier ones', async () => {
  const env = await environment({
    envFrom: [{ prefix: 'CM_', configMapRef: { name: 'settings' } }],
    env: [
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'DISK', valueFrom: { resourceFieldRef: { resource: 'limits.ephemeral-storage', divisor: '1Gi' } } },
      { name: 'ALL', value: '$(CM_MODE) $(PASSWORD) $(MY_DB_SERVICE_HOST) $$(IP) $(UNKNOWN)' },
    ],
  });
  expect(Object.fromEntries(env)).toMatchObject({
    CM_MODE: 'dev',
    PASSWORD: 'secret',
    IP: '10.244.0.5',
    CPU: '2',
    DISK: '50',
    ALL: 'dev secret 10.96.0.7 $(IP) $(UNKNOWN)',
    MY_DB_SERVICE_PORT: '5432',
    MY_DB_SERVICE_PORT_SQL: '5432',
    MY_DB_PORT_5432_TCP_ADDR: '10.96.0.7',
  });
});

test.each([
  ['configmap "gone" not found', { envFrom: [{ configMapRef: { name: 'gone' } }] }],
  [
    "couldn't find key no in ConfigMap ns/settings",
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'no' } } }] },
  ],
  ['secret "gone" not found', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'gone', key: 'k' } } }] }],
])('%s', async (message, container) => {
  await expect(environment(container)).rejects.toThrow(message);
});

test('an optional source may be missing', async () => {
  const env = await environment({ envFrom: [{ configMapRef: { name: 'gone', optional: true } }] });
  expect(env.has('MODE')).toBe(false);
});

test('expansion leaves a lone dollar alone', () => {
  expect(expand('$ $(A) a$$b', new Map([['A', '1']]))).toBe('$ 1 a$b');
});

const dns = {
  dnsIP: '10.96.0.10',
  clusterDomain: 'cluster.local',
  nodeResolvConf: 'nameserver 127.0.0.11\nsearch lan\n',
  nodeIP: '172.30.0.2',
};

test.each([
  [
    'ClusterFirst',
    {},
    'search ns.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n',
  ],
  ['Default, whose loopback is the node', { dnsPolicy: 'Default' }, 'search lan\nnameserver 172.30.0.2\n'],
  ['Default on the host', { dnsPolicy: 'Default', hostNetwork: true }, 'search lan\nnameserver 127.0.0.11\n'],
  [
    'None',
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.2.3.4'], options: [{ name: 'ndots', value: '2' }] } },
    'nameserver 1.2.3.4\noptions ndots:2\n',
  ],
])('resolv.conf of %s', (_name, spec, text) => {
  expect(resolvConf(aKubeletPod(spec), dns)).toBe(text);
});

test.each([
  ['its name', {}, 'p'],
  ['its own choice', { hostname: 'h', subdomain: 'db' }, 'h'],
  ['all of its domain', { hostname: 'h', subdomain: 'db', setHostnameAsFQDN: true }, 'h.db.ns.svc.cluster.local'],
  ['without a domain its name', { setHostnameAsFQDN: true }, 'p'],
])('the host name of a pod is %s', (_what, spec, name) => {
  expect(kernelHostname(aKubeletPod(spec), 'cluster.local')).toBe(name);
});

test('a host name that the kernel does not take is refused', () => {
  const pod = aKubeletPod({ hostname: 'h'.repeat(50), subdomain: 'db', setHostnameAsFQDN: true });
  expect(() => kernelHostname(pod, 'cluster.local')).toThrow('(64 characters is the max, 74 characters requested)');
});

test('the hosts file names the pod and its aliases', () => {
  const pod = aKubeletPod({ subdomain: 'db', hostAliases: [{ ip: '1.1.1.1', hostnames: ['a', 'b'] }] });
  const lines = hostsFile(pod, ['10.244.0.5'], { clusterDomain: 'cluster.local', nodeHosts: '1.2.3.4\tnode\n' }).split(
    '\n',
  );
  expect(lines).toContain('10.244.0.5\tp.db.ns.svc.cluster.local\tp');
  expect(lines).toContain('1.1.1.1\ta\tb');
  expect(lines).not.toContain('1.2.3.4\tnode');
});

test('the hosts file of a pod in the node’s network is the node’s, with the pod’s aliases', () => {
  const pod = aKubeletPod({ hostNetwork: true, hostAliases: [{ ip: '1.1.1.1', hostnames: ['a'] }] });
  expect(hostsFile(pod, ['172.30.0.2'], { clusterDomain: 'cluster.local', nodeHosts: '1.2.3.4\tnode\n' })).toBe(
    '# Kubernetes-managed hosts file (host network).\n1.2.3.4\tnode\n\n# Entries added by HostAliases.\n1.1.1.1\ta\n',
  );
});
