/** An API server over TLS that stops and starts again on the same port, with the same certificates and store. */
import { KubeConfig } from '@kubernetes/client-node';
import { builtInKinds } from '../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../agent/api/registry.ts';
import { type ApiServer, createApiServer } from '../../../agent/apiserver/server.ts';
import type { Clock } from '../../../agent/clock.ts';
import { createMemoryStore } from '../../../agent/store/memory.ts';
import { apiServerHosts, createAuthority, createSigningKey } from '../../../main/cluster/pki.ts';
import { quietLog } from '../../fakes/log.ts';

export interface RestartableServer {
  /** Of a user who may do everything. */
  config: KubeConfig;
  start(): Promise<void>;
  /** Ends every connection. */
  stop(): Promise<void>;
  /** Stops it, and closes the store. */
  close(): Promise<void>;
}

/** Starts it; what it does by itself it does by the clock. */
export async function createRestartableServer(clock: Clock): Promise<RestartableServer> {
  const authority = await createAuthority();
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const hosts = apiServerHosts('10.96.0.1', 'cluster.local');
  const serving = await authority.issue({ commonName: 'kube-apiserver', hosts, usages: ['server'] });
  const tls = { cert: serving.certificate, key: serving.key, ca: authority.certificate };
  const serviceAccountKey = await createSigningKey();
  const store = createMemoryStore();
  let port = 0;
  let server: ApiServer | undefined;

  const start = async () => {
    const kinds = createKindRegistry(builtInKinds);
    server = await createApiServer({ kinds, store, clock, log: quietLog, serviceAccountKey });
    ({ port } = await server.listen({ host: '127.0.0.1', port, tls }));
  };
  const stop = async () => {
    await server?.close();
    server = undefined;
  };
  await start();

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'test', server: `https://127.0.0.1:${port}`, caData: base64(authority.certificate), skipTLSVerify: false },
    { name: 'test', certData: base64(admin.certificate), keyData: base64(admin.key) },
  );
  return {
    config,
    start,
    stop,
    close: async () => {
      await stop();
      await store.close();
    },
  };
}
