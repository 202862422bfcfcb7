/** A kubelet server over real processes, and in front of it the streaming half of an API server, with a kubeconfig for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../../../agent/api/errors.ts';
import type { Node, Pod } from '../../../agent/api/types.ts';
import { createStreamProxy } from '../../../agent/apiserver/streams/stream-proxy.ts';
import type { StreamTarget } from '../../../agent/apiserver/streams/types.ts';
import { systemClock } from '../../../agent/clock.ts';
import { createKubeletServer } from '../../../agent/kubelet/server/server.ts';
import { createLogger } from '../../../agent/log.ts';
import { createAuthority } from '../../../main/cluster/pki.ts';
import { createProcessBackend, type ProcessBackend } from './process-backend.ts';

export interface StreamCluster {
  kubeconfig: string;
  folder: string;
  backend: ProcessBackend;
  pods: Pod[];
  server: string;
  tls: { ca: string; cert: string; key: string };
  close(): Promise<void>;
}

export const nodeName = 'test-node';

export async function startStreamCluster(): Promise<StreamCluster> {
  const authority = await createAuthority();
  const hosts = ['127.0.0.1', 'localhost'];
  const serving = await authority.issue({ commonName: nodeName, hosts, usages: ['server'] });
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const ca = authority.certificate;
  const tls = { ca, cert: admin.certificate, key: admin.key };
  const pods: Pod[] = [];
  const backend = createProcessBackend(() => pods);
  const log = createLogger('kubelet', (line) => process.stderr.write(`${line}\n`));
  const serverTls = { ca, cert: serving.certificate, key: serving.key };
  const kubelet = createKubeletServer({ tls: serverTls, backend, clock: systemClock, log });
  const kubeletPort = await kubelet.listen({ host: '127.0.0.1', port: 0 });

  const find = async (namespace: string, name: string): Promise<Pod> => {
    const pod = backend.pod(namespace, name);
    if (!pod) throw new ApiError(404, 'NotFound', `pods "${name}" not found`, { name, kind: 'pods' });
    return pod;
  };
  const none = async (): Promise<never> => {
    throw new ApiError(404, 'NotFound', 'not found');
  };
  const node = async (): Promise<Node> => aNode(kubeletPort);
  const lookup = { pod: find, node, service: none, endpointSlices: none };
  const proxy = createStreamProxy({ lookup, tls });
  const api = createSecureServer({ ...serverTls, requestCert: true, allowHTTP1: true });
  api.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      const status = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
      response.writeHead(status.code, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status.toStatus()));
    });
  });
  const handle = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
    const target = parseTarget(request.url);
    if (target?.subresource) return proxy.request(target as StreamTarget, request, response);
    const body = target ? await find(target.namespace, target.name) : discovery[request.url.replace(/\?.*/, '')];
    if (!body) throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  api.on('upgrade', (request: IncomingMessage, socket, head) => {
    const target = parseTarget(request.url ?? '');
    if (target) void proxy.upgrade(target as StreamTarget, request, socket, head);
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const server = `https://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'skiff-streams-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigOf(server, tls));
  return {
    kubeconfig,
    folder,
    backend,
    pods,
    server,
    tls,
    close: async () => {
      backend.close();
      proxy.close();
      api.close();
      await kubelet.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function aNode(port: number): Node {
  const metadata = { name: nodeName, uid: 'n', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec: {}, status };
}

function parseTarget(url: string): (Omit<StreamTarget, 'subresource'> & { subresource: string }) | undefined {
  const { pathname, search } = new URL(url, 'https://api');
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)(?:\/([^/]+))?(\/.*)?$/.exec(pathname);
  if (!match) return undefined;
  const [, namespace = '', name = '', subresource = '', path = ''] = match;
  return { resource: 'pods', namespace, name, subresource, path, search };
}

const podResource = { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] };
const discovery: Record<string, unknown> = {
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [podResource] },
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const kubeconfigOf = (server: string, { ca, cert, key }: StreamCluster['tls']): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'test', user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
