/** What somebody with a node's certificate and key can do with it, over the wire. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { secrets } from '../../agent/api/core/secret.ts';
import { serviceAccounts } from '../../agent/api/core/service-account.ts';
import type { Pod } from '../../agent/api/types.ts';
import { type Client, createClient } from '../../agent/client/client.ts';
import { createHttpsTransport, type HttpsTransport } from '../../agent/client/https-transport.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';

const name = 'worker';
let api: TestApiServer;
let transport: HttpsTransport;
let admin: Client;
let node: Client;

beforeAll(async () => {
  api = await startTestApiServer();
  const credential = await api.authority.issue({
    commonName: `system:node:${name}`,
    organizations: ['system:nodes'],
    usages: ['client', 'server'],
  });
  transport = createHttpsTransport({ server: api.url, ca: api.ca, cert: credential.certificate, key: credential.key });
  node = createClient(transport);
  admin = createClient(api.transport);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
  await admin.resource(serviceAccounts).create(account);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password', namespace: 'default' } };
  await admin.resource(secrets).create(secret);
});

afterAll(async () => {
  transport.close();
  await api.close();
});

const podWith = (podName: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: podName, namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'web:1.0' }], ...spec },
});

const refused = { code: 403, reason: 'Forbidden' };

it('registers itself, and never as control plane', async () => {
  const draft = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux' } },
    spec: {},
  };
  await node.resource(nodes).create(draft);
  const patch = { metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } };
  await expect(
    node.resource(nodes).patch(name, undefined, 'application/merge-patch+json', patch),
  ).rejects.toMatchObject({
    ...refused,
    message: `nodes "${name}" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/control-plane`,
  });
});

it('reads a secret once a pod that uses it is bound to it', async () => {
  const read = () => node.resource(secrets).get('password', 'default');
  await expect(read()).rejects.toMatchObject(refused);
  const volumes = [{ name: 'password', secret: { secretName: 'password' } }];
  await admin.resource(pods).create(podWith('user', { volumes }));
  await expect(read()).rejects.toMatchObject(refused);
  await admin
    .resource(pods)
    .post('user', 'default', 'binding', { metadata: { name: 'user' }, target: { kind: 'Node', name } });
  expect((await read()).metadata.name).toBe('password');
  await expect(node.resource(secrets).list({ namespace: 'default' })).rejects.toMatchObject(refused);
  await expect(node.resource(secrets).list()).rejects.toMatchObject(refused);
});

it('makes tokens for its own pods alone', async () => {
  const request = ({ metadata: { name: podName, uid } }: Pod) => ({
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: podName, uid } },
  });
  const issue = (account: string, body: unknown) =>
    node.resource(serviceAccounts).post(account, 'default', 'token', body);
  const own = await admin.resource(pods).get('user', 'default');
  const other = await admin.resource(pods).create(podWith('elsewhere', { nodeName: 'other' }));
  expect(await issue('default', request(own))).toMatchObject({ status: { token: expect.any(String) } });
  await expect(issue('default', request(other))).rejects.toMatchObject(refused);
  await expect(issue('default', {})).rejects.toMatchObject(refused);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'boss', namespace: 'default' } };
  await admin.resource(serviceAccounts).create(account);
  await expect(issue('boss', request(own))).rejects.toMatchObject(refused);
});

it('makes no pods for itself or for others', async () => {
  const privileged = { containers: [{ name: 'main', image: 'web:1.0', securityContext: { privileged: true } }] };
  for (const nodeName of [name, 'other']) {
    const draft = podWith('intruder', { ...privileged, nodeName });
    await expect(node.resource(pods).create(draft)).rejects.toMatchObject(refused);
  }
  await expect(node.resource(pods).get('elsewhere', 'default')).rejects.toMatchObject(refused);
  await expect(node.resource(pods).list()).rejects.toMatchObject(refused);
  const own = await node.resource(pods).list({ fieldSelector: `spec.nodeName=${name}` });
  expect(own.items.map(({ metadata }) => metadata.name)).toEqual(['user']);
});
