/**
 * The process behind the API server's port on localhost where a cluster has several control planes: the entry point of
 * a small container. `SKIFF_API_SERVERS` names them, e.g. `172.29.1.2:6443,172.29.1.3:6443`.
 */
import { request } from 'node:https';
import { createLogger } from '../log.ts';
import { type Backend, createForwarder } from './forward.ts';

/** Milliseconds. */
const patience = 2_000;

/** Everybody may ask, and nothing secret is told: which certificate answers does not matter. */
const isReady = ({ host, port }: Backend): Promise<boolean> =>
  new Promise((resolve) => {
    const asking = request({ host, port, path: '/readyz', rejectUnauthorized: false, agent: false, timeout: patience });
    asking.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer in time')));
    // Why a server is not well is in its own log.
    asking.once('error', () => resolve(false));
    asking.end();
  });

const backends = (process.env.SKIFF_API_SERVERS ?? '').split(',').map((text): Backend => {
  const { hostname: host, port } = new URL(`tcp://${text}`);
  return { host, port: Number(port) };
});
const log = createLogger('load-balancer', (line) => process.stdout.write(`${line}\n`));
const { server, keepLooking } = createForwarder({ backends, isWell: isReady, log });
server.listen(6443, '0.0.0.0', () => log.info('Forwarding', { backends: backends.map(({ host }) => host) }));
keepLooking();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
