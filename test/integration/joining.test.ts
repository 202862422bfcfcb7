/** A node that joins by a bootstrap token: over the wire, with the controllers that approve and sign. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateSigningRequests } from '../../agent/api/certificates/certificate-signing-request.ts';
import { nodes } from '../../agent/api/core/node.ts';
import { secrets } from '../../agent/api/core/secret.ts';
import type { CertificateSigningRequest } from '../../agent/api/types.ts';
import { systemClock } from '../../agent/clock.ts';
import { createComponentLogs } from '../../agent/kubelet/mirror/component-logs.ts';
import { createKubeletServer } from '../../agent/kubelet/server/server.ts';
import type { NodeConfig } from '../../agent/node-config.ts';
import { keepServing } from '../../agent/roles/credentials/kubelet-certificates.ts';
import { joinCluster } from '../../agent/roles/join.ts';
import type { NodeOptions } from '../../agent/roles/node-options.ts';
import { bootstrapToken, tokenSecret } from '../../main/cluster/start/bootstrap-token.ts';
import { quietLog } from '../fakes/log.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

let cluster: ControlPlane;
let folder: string;
const stopping = new AbortController();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-joining-'));
  cluster = await startControlPlane({ nodes: {} });
});
afterAll(async () => {
  stopping.abort();
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });

/** A node of this name; `tokens` are what its file holds, one look after the other. */
async function node(nodeName: string, tokens: string[]): Promise<NodeOptions> {
  const proxy = await cluster.api.authority.issue({ commonName: 'system:kube-proxy', usages: ['client'] });
  const present: Record<string, string> = {
    'ca.crt': cluster.api.ca,
    'kube-proxy.crt': proxy.certificate,
    'kube-proxy.key': proxy.key,
  };
  const config = { nodeName, nodeIP: '127.0.0.1', apiServer: cluster.api.url, joinsByToken: true } as NodeConfig;
  const text = (name: string): string => {
    const found = name === 'bootstrap-token' ? tokens.shift() : present[name];
    if (found === undefined) throw missing;
    return found;
  };
  const dataFolder = join(folder, nodeName);
  return {
    files: { config, folder, text },
    dataFolder,
    clock: systemClock,
    logFor: () => quietLog,
    logs: createComponentLogs(join(dataFolder, 'logs'), Date.now),
    startedAt: Date.now(),
    signal: stopping.signal,
  };
}

async function newToken(lifetime = 60_000): Promise<string> {
  const token = bootstrapToken();
  await cluster.client.resource(secrets).create(tokenSecret(token, 'of a test', Date.now() + lifetime));
  return `${token.id}.${token.secret}`;
}

const requestsBy = async (pattern: RegExp): Promise<CertificateSigningRequest[]> =>
  (await cluster.client.resource(certificateSigningRequests).list()).items.filter(({ spec }) =>
    pattern.test(spec.username ?? ''),
  );

it('gets a certificate of its own for the token, and comes back without one', async () => {
  const options = await node('late', [await newToken()]);
  const joined = await joinCluster(options.files, options);
  const made = await joined.client
    .resource(nodes)
    .create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'late' }, spec: {} });
  expect(made.metadata.name).toBe('late');
  await joined.close();
  const [request, ...others] = await requestsBy(/^system:bootstrap:/);
  expect(others).toEqual([]);
  expect(request).toMatchObject({
    metadata: { name: expect.stringMatching(/^csr-\w{5}$/) },
    spec: {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
    },
    status: { conditions: [{ type: 'Approved', reason: 'AutoApproved' }] },
  });
  const certificate = new X509Certificate(Buffer.from(request?.status?.certificate ?? '', 'base64'));
  expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:late');

  const again = await node('late', []);
  const back = await joinCluster(again.files, { ...again, dataFolder: options.dataFolder });
  expect((await back.client.resource(nodes).get('late')).metadata.uid).toBe(made.metadata.uid);
  await back.close();
});

it('waits for a token that is good', async () => {
  const options = await node('patient', [await newToken(-1000), 'abcdef.0123456789abcdef', await newToken()]);
  const joined = await joinCluster(options.files, options);
  await joined.client
    .resource(nodes)
    .create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'patient' }, spec: {} });
  await joined.close();
});

it('serves with a certificate for its own addresses, and gets none for those of others', async () => {
  const options = await node('server', [await newToken()]);
  const joined = await joinCluster(options.files, options);
  const own = joined.client.resource(nodes);
  await own.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'server' }, spec: {} });
  const server = createKubeletServer({
    tls: { ca: cluster.api.ca },
    backend: {} as Parameters<typeof createKubeletServer>[0]['backend'],
    clock: systemClock,
    log: quietLog,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  await keepServing(options.files, options, joined.client, (next) => server.renew(next));
  const open = () => requestsBy(/^system:node:server$/);
  await expect.poll(async () => (await open()).length).toBe(1);
  expect((await open())[0]?.status).toEqual({});

  const addresses = [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: 'server' },
  ];
  const type = 'application/strategic-merge-patch+json';
  await own.patch('server', undefined, type, { status: { addresses } }, { subresource: 'status' });
  const served = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: cluster.api.ca }, () => {
        resolve(socket.getPeerX509Certificate()?.subjectAltName ?? '');
        socket.end();
      });
      socket.on('error', reject);
    });
  await expect.poll(served).toBe('DNS:server, IP Address:127.0.0.1');
  await server.close();

  const foreign = await node('server', []);
  const config = { ...foreign.files.config, nodeIP: '10.0.0.1' };
  await keepServing(
    { ...foreign.files, config },
    { ...foreign, dataFolder: join(folder, 'x') },
    joined.client,
    () => {},
  );
  await expect.poll(async () => (await open()).length).toBe(2);
  // Whatever the controller has to do has been done once it has served a node that asks later.
  const later = await node('later', [await newToken()]);
  await (await joinCluster(later.files, later)).close();
  const undecided = (await open()).filter(({ status }) => status?.conditions === undefined);
  expect(undecided).toHaveLength(1);
  await joined.close();
});
