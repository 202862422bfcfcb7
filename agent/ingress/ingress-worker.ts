/** The proxy's thread: what it carries holds up nobody in the control plane. */
import { parentPort, workerData } from 'node:worker_threads';
import { selfSigned } from '../certificates/self-signed.ts';
import { type IngressPorts, startIngressServer } from './server.ts';
import type { RoutingTable } from './table.ts';

export interface IngressWorkerData {
  host: string;
  /** Milliseconds since the epoch. */
  now: number;
}
export type FromIngressWorker = { ports: IngressPorts } | { log: string };

const { host, now } = workerData as IngressWorkerData;
const tell = (message: FromIngressWorker): void => parentPort?.postMessage(message);

const server = await startIngressServer({
  host,
  fallbackCertificate: await selfSigned('ingress.skiff.dev', now),
  log: (text) => tell({ log: text }),
});
parentPort?.on('message', (table: RoutingTable) => server.update(table));
tell({ ports: server.ports });
