/** Runs the ingress proxy on a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { FromIngressWorker, IngressWorkerData, ToIngressWorker } from './ingress-worker.ts';
import type { ProxyPorts, RoutingTable } from './table.ts';

export interface IngressThread {
  /** Where it listens then. Rejects if it cannot, or if the thread ends. */
  update(table: RoutingTable): Promise<ProxyPorts>;
  stop(): void;
}

export interface IngressThreadOptions extends IngressWorkerData {
  log(message: string): void;
  /** Called once if the thread ends by itself. */
  onEnd(error: Error): void;
}

export function startIngressThread({ host, sourceIP, now, log, onEnd }: IngressThreadOptions): IngressThread {
  const worker = new Worker(new URL('./ingress-worker.ts', import.meta.url), {
    workerData: { host, sourceIP, now } satisfies IngressWorkerData,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const waiting = new Map<number, PromiseWithResolvers<ProxyPorts>>();
  let failure = new Error('the thread has ended');
  let isStopped = false;
  let lastId = 0;
  worker.on('message', (message: FromIngressWorker) => {
    if ('log' in message) return log(message.log);
    const { id } = message;
    if ('ports' in message) waiting.get(id)?.resolve(message.ports);
    else waiting.get(id)?.reject(new Error(message.failure));
    waiting.delete(id);
  });
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', () => {
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
    if (!isStopped) onEnd(failure);
  });
  return {
    update(table) {
      const answer = Promise.withResolvers<ProxyPorts>();
      waiting.set(++lastId, answer);
      worker.postMessage({ id: lastId, table } satisfies ToIngressWorker);
      return answer.promise;
    },
    stop() {
      isStopped = true;
      void worker.terminate();
    },
  };
}
