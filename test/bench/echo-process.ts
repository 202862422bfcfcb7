/**
 * The least that a durable write over TLS and HTTP/2 takes in Node: a server that puts what it gets into a store and
 * sends it back. `echo.ts` starts it, in a process of its own as the API server has. Its argument is the store's
 * folder.
 */
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createSqliteStore } from '../../agent/store/sqlite.ts';
import { createAuthority } from '../../main/cluster/pki.ts';
import type { EchoAddress } from './echo.ts';

const store = await createSqliteStore({ path: join(process.argv[2] ?? '.', 'echo.db') });
const authority = await createAuthority();
const serving = await authority.issue({ commonName: 'echo', hosts: ['127.0.0.1'], usages: ['server'] });
const client = await authority.issue({ commonName: 'client', usages: ['client'] });

const server = createSecureServer({
  cert: serving.certificate,
  key: serving.key,
  ca: authority.certificate,
  requestCert: true,
});
let writes = 0;
server.on('stream', async (stream) => {
  const body = await buffer(stream);
  writes += 1;
  await store.create(`/registry/configmaps/default/echo-${writes}`, body);
  stream.respond({ ':status': 201, 'content-type': 'application/json' });
  stream.end(body);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address: EchoAddress = {
  server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ca: authority.certificate,
  cert: client.certificate,
  key: client.key,
};
process.send?.(address);
process.once('disconnect', () => process.exit());
