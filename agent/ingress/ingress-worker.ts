/** The proxy's thread: what it carries holds up nobody in the control plane. */
import { parentPort, workerData } from 'node:worker_threads';
import { selfSigned } from '../certificates/self-signed.ts';
import { startIngressServer } from './server.ts';
import type { ProxyPorts, RoutingTable } from './table.ts';

export interface IngressWorkerData {
  host: string;
  sourceIP: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}
export interface ToIngressWorker {
  id: number;
  table: RoutingTable;
}
export type FromIngressWorker = { id: number; ports: ProxyPorts } | { id: number; failure: string } | { log: string };

const { host, sourceIP, now } = workerData as IngressWorkerData;
const tell = (message: FromIngressWorker): void => parentPort?.postMessage(message);

const server = startIngressServer({
  host,
  sourceIP,
  fallbackCertificate: await selfSigned('ingress.skiff.dev', now),
  log: (text) => tell({ log: text }),
});
parentPort?.on('message', ({ id, table }: ToIngressWorker) => {
  server.update(table).then(
    (ports) => tell({ id, ports }),
    (error: unknown) => tell({ id, failure: String(error) }),
  );
});
