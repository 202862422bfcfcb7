/**
 * An API server on SQLite in a process of its own, to be killed. Started by the crash test with its settings as JSON.
 */
import { readFileSync } from 'node:fs';
import { builtInKinds } from '../../agent/api/kinds.ts';
import { createKindRegistry } from '../../agent/api/registry.ts';
import { createApiServer } from '../../agent/apiserver/server.ts';
import { systemClock } from '../../agent/clock.ts';
import { createLogger } from '../../agent/log.ts';
import { createSqliteStore } from '../../agent/store/sqlite.ts';

export interface ApiServerProcessSettings {
  database: string;
  port: number;
  tls: { cert: string; key: string; ca: string };
  serviceAccountKey: string;
}

const settings: ApiServerProcessSettings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const server = await createApiServer({
  kinds: createKindRegistry(builtInKinds),
  store: await createSqliteStore({ path: settings.database }),
  clock: systemClock,
  log: createLogger('apiserver', (line) => process.stderr.write(`${line}\n`)),
  serviceAccountKey: settings.serviceAccountKey,
});
const { port } = await server.listen({ host: '127.0.0.1', port: settings.port, tls: settings.tls });
process.stdout.write(`listening on ${port}\n`);
