/** Runs the ingress proxy on a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { FromIngressWorker, IngressWorkerData } from './ingress-worker.ts';
import type { IngressPorts } from './server.ts';
import type { RoutingTable } from './table.ts';

export interface IngressThread {
  /** Where it listens. Rejects if it cannot. */
  ports: Promise<IngressPorts>;
  update(table: RoutingTable): void;
  stop(): void;
}

export interface IngressThreadOptions extends IngressWorkerData {
  log(message: string): void;
  /** Called once if the thread ends by itself. */
  onEnd(error: Error): void;
}

export function startIngressThread({ host, now, log, onEnd }: IngressThreadOptions): IngressThread {
  const worker = new Worker(new URL('./ingress-worker.ts', import.meta.url), {
    workerData: { host, now } satisfies IngressWorkerData,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const { promise: ports, resolve, reject } = Promise.withResolvers<IngressPorts>();
  let failure = new Error('the thread has ended');
  let isStopped = false;
  worker.on('message', (message: FromIngressWorker) => {
    if ('ports' in message) resolve(message.ports);
    else log(message.log);
  });
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', () => {
    reject(failure);
    if (!isStopped) onEnd(failure);
  });
  // Who asks for the ports hears of a failure; `onEnd` tells of it in any case.
  ports.catch(() => {});
  return {
    ports,
    update: (table) => worker.postMessage(table),
    stop() {
      isStopped = true;
      void worker.terminate();
    },
  };
}
