/** An API server on a store in memory, over TLS, with a kubeconfig: for tests that need the API and no engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInKinds } from '../../agent/api/kinds.ts';
import { createKindRegistry, type KindRegistrar } from '../../agent/api/registry.ts';
import { generate } from '../../agent/api/schema/generate.ts';
import { type ApiServer, createApiServer } from '../../agent/apiserver/server.ts';
import type { Transport } from '../../agent/client/transport.ts';
import { systemClock } from '../../agent/clock.ts';
import { createLogger, type Logger } from '../../agent/log.ts';
import { createMemoryStore } from '../../agent/store/memory.ts';
import type { Store } from '../../agent/store/store.ts';
import {
  type Authority,
  apiServerHosts,
  type Credential,
  createAuthority,
  createSigningKey,
} from '../../main/cluster/pki.ts';

export interface TestApiServer {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** Path of a kubeconfig whose user is in `system:masters`. */
  kubeconfig: string;
  /** In process, as `kubernetes-admin`. */
  transport: Transport;
  server: ApiServer;
  /** What it serves. */
  kinds: KindRegistrar;
  /** Issues more client certificates. */
  authority: Authority;
  admin: Credential;
  /** PEM. */
  ca: string;
  close(): Promise<void>;
}

export interface TestApiServerOptions {
  store?: Store;
  log?: Logger;
  /** Requests that may be under way at once. */
  seats?: number;
  /** Watches that one user may have open at once. */
  watches?: number;
  /** Taken over into `createApiServer`. */
  server?: Partial<Parameters<typeof createApiServer>[0]>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const kubeconfigText = (url: string, ca: string, user: Credential): string => `apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {server: "${url}", certificate-authority-data: ${base64(ca)}}
users:
- name: test
  user: {client-certificate-data: ${base64(user.certificate)}, client-key-data: ${base64(user.key)}}
contexts:
- name: test
  context: {cluster: test, user: test}
current-context: test
`;

let generated: ReturnType<typeof generate> | undefined;
const schema = () => {
  generated ??= generate();
  return generated;
};

/** Warnings and errors only. */
const quiet: Logger = { ...createLogger('apiserver', (line) => process.stderr.write(`${line}\n`)), info: () => {} };

export async function startTestApiServer(options: TestApiServerOptions = {}): Promise<TestApiServer> {
  const authority = await createAuthority();
  const admin = await authority.issue({
    commonName: 'kubernetes-admin',
    organizations: ['system:masters'],
    usages: ['client'],
  });
  const serving = await authority.issue({
    commonName: 'kube-apiserver',
    hosts: apiServerHosts('10.96.0.1', 'cluster.local'),
    usages: ['server'],
  });
  const store = options.store ?? createMemoryStore();
  const kinds = createKindRegistry(builtInKinds);
  const server = await createApiServer({
    kinds,
    store,
    clock: systemClock,
    log: options.log ?? quiet,
    serviceAccountKey: await createSigningKey(),
    definitions: schema().definitions,
    descriptions: async () => schema().descriptions,
    ...options.server,
  });
  const { port } = await server.listen({
    host: '127.0.0.1',
    port: 0,
    tls: { cert: serving.certificate, key: serving.key, ca: authority.certificate },
    ...(options.seats ? { seats: options.seats } : {}),
    ...(options.watches ? { watches: options.watches } : {}),
  });
  const url = `https://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'skiff-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigText(url, authority.certificate, admin), { mode: 0o600 });
  return {
    url,
    kubeconfig,
    transport: server.transport({ username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }),
    server,
    kinds,
    authority,
    admin,
    ca: authority.certificate,
    close: async () => {
      await server.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
