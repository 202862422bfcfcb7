/** An API server, and behind it a kubelet's server over real processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../../../agent/api/errors.ts';
import type { Node, Pod } from '../../../agent/api/types.ts';
import { createStreamLookup } from '../../../agent/apiserver/streams/lookup.ts';
import { createStreamProxy } from '../../../agent/apiserver/streams/stream-proxy.ts';
import type { ApiRequest, Transport } from '../../../agent/client/transport.ts';
import { systemClock } from '../../../agent/clock.ts';
import { createKubeletServer } from '../../../agent/kubelet/server/server.ts';
import { createLogger } from '../../../agent/log.ts';
import { type Authority, createAuthority } from '../../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from '../harness.ts';
import { createProcessBackend, type PodFixture, type ProcessBackend, podDraft } from './process-backend.ts';

export interface StreamCluster {
  api: TestApiServer;
  backend: ProcessBackend;
  /** A folder of the test's own. */
  folder: string;
  /** Client credentials for the kubelet, and where it listens. */
  kubelet: { port: number; authority: Authority; close(): Promise<void> };
  addPod(pod: PodFixture): Promise<void>;
  close(): Promise<void>;
}

const nodeName = 'test-node';

export async function startStreamCluster(): Promise<StreamCluster> {
  const pods: Pod[] = [];
  const backend = createProcessBackend(() => pods);
  const kubelet = await startKubelet(backend);
  const client = await kubelet.authority.issue({
    commonName: 'kube-apiserver-kubelet-client',
    organizations: ['system:masters'],
    usages: ['client'],
  });
  const tls = { ca: kubelet.authority.certificate, cert: client.certificate, key: client.key };
  const api = await startTestApiServer({
    server: { streams: (transport) => createStreamProxy({ lookup: createStreamLookup(transport), tls }) },
  });
  await addNode(api.transport, kubelet.port);
  await addServiceAccount(api.transport);
  const folder = mkdtempSync(join(tmpdir(), 'skiff-streams-'));
  return {
    api,
    backend,
    folder,
    kubelet,
    addPod: async (fixture) => void pods.push(await addPod(api.transport, fixture)),
    close: async () => {
      backend.close();
      await api.close();
      await kubelet.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startKubelet(backend: ProcessBackend): Promise<StreamCluster['kubelet']> {
  const authority = await createAuthority();
  const hosts = ['127.0.0.1'];
  const serving = await authority.issue({ commonName: `system:node:${nodeName}`, hosts, usages: ['server'] });
  const server = createKubeletServer({
    tls: { ca: authority.certificate, cert: serving.certificate, key: serving.key },
    backend,
    clock: systemClock,
    log: createLogger('kubelet', (line) => process.stderr.write(`${line}\n`)),
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, authority, close: () => server.close() };
}

async function ask<T>(transport: Transport, request: ApiRequest): Promise<T> {
  const { status, body } = await transport.request(request);
  if (status >= 300) throw ApiError.fromStatus(body as object);
  return structuredClone(body) as T;
}

async function addNode(transport: Transport, kubeletPort: number): Promise<void> {
  const draft = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } };
  const node = await ask<Node>(transport, { method: 'POST', path: '/api/v1/nodes', body: draft });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
  };
  await ask(transport, { method: 'PUT', path: `/api/v1/nodes/${nodeName}/status`, body: { ...node, status } });
}

/** Its controller does not run here, and no pod is admitted without. */
async function addServiceAccount(transport: Transport): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await ask(transport, { method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body });
}

async function addPod(transport: Transport, fixture: PodFixture): Promise<Pod> {
  const path = '/api/v1/namespaces/default/pods';
  const { spec, status } = podDraft(fixture, nodeName);
  const draft = { apiVersion: 'v1', kind: 'Pod', metadata: { name: fixture.name }, spec };
  const pod = await ask<Pod>(transport, { method: 'POST', path, body: draft });
  return ask<Pod>(transport, { method: 'PUT', path: `${path}/${fixture.name}/status`, body: { ...pod, status } });
}
