/**
 * The service rules of a node, and the ingress proxy beside direct requests. Neither needs an engine; servers and
 * clients are threads of their own, which run this very file.
 */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { selfSigned } from '../../../agent/certificates/self-signed.ts';
import { plainRoute } from '../../../agent/ingress/listeners.ts';
import { startIngressServer } from '../../../agent/ingress/server.ts';
import { renderAll, renderChange } from '../../../agent/network/service-proxy/render.ts';
import { RuleBook } from '../../../agent/network/service-proxy/rule-book.ts';
import { rulesFor } from '../../../agent/network/service-proxy/rules.ts';
import { aService, aSlice } from '../../builders/network.ts';
import type { Figures } from '../measurement.ts';

const node = { nodeName: 'n1', nodeIP: '172.30.0.2', clusterCIDR: '10.244.0.0/16', dnsIP: '10.96.0.10' };

/** A service with five endpoints. */
function makeService(index: number) {
  const name = `s${index}`;
  const low = index % 250;
  const service = aService(name, { clusterIP: `10.97.${index >> 8}.${index & 255}`, ports: [{ port: 80 }] });
  const endpoints = Array.from({ length: 5 }, (_, at) => ({ ip: `10.244.${at}.${low}`, node: at ? 'n2' : 'n1' }));
  return { key: `default/${name}`, service, slices: [aSlice(name, endpoints, [{ port: 8080 }])] };
}

export function measureRules(figures: Figures, runs = 5): void {
  for (let run = 0; run < runs; run += 1) {
    for (const count of [10, 1000]) {
      const made = Array.from({ length: count }, (_, index) => makeService(index));
      const more = makeService(count);
      const book = new RuleBook();
      const start = performance.now();
      book.replace(new Map(made.map(({ key, service, slices }) => [key, rulesFor(service, slices, node)])));
      renderAll(book.all());
      const whole = performance.now();
      const { from, to } = book.replace(new Map([[more.key, rulesFor(more.service, more.slices, node)]]));
      renderChange(from, to);
      const end = performance.now();
      if (count === 1000) figures.add('service rules: of 1,000 services', 'ms', whole - start, 50);
      figures.add(`service rules: of one more beside ${count}`, 'ms', end - whole);
    }
  }
}

interface Load {
  port: number;
  host: string;
  requests: number;
  clients: number;
}

/** Answers a second, asked for by clients that keep their connections open. */
async function load({ port, host, requests, clients }: Load): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let left = requests;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, agent, headers: { host } }, (response) =>
        response.resume().on('end', resolve),
      );
      asked.on('error', reject).end();
    });
  const client = async () => {
    while (left-- > 0) await one();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return (requests / (performance.now() - start)) * 1000;
}

/** Processor time that this thread has used, in microseconds. */
function ownTime(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

async function answerInThread(): Promise<void> {
  parentPort?.on('message', () => parentPort?.postMessage(ownTime()));
  if (workerData === 'pod') {
    const server = createServer((_, response) => response.end('hello'));
    server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
    return;
  }
  const target = { protocol: 'http' as const, addresses: [`127.0.0.1:${workerData}`] };
  const route = plainRoute({ type: 'Prefix', value: '/' });
  const server = startIngressServer({
    host: '127.0.0.1',
    fallbackCertificate: await selfSigned('bench', Date.now()),
    log: (message) => process.stderr.write(`${message}\n`),
  });
  const backends = [{ weight: 1, target, request: [], response: [] }];
  const hosts = { 'bench.localhost': [{ ...route, backends }] };
  const ports = await server.update([{ port: 80, scheme: 'http', hosts, certificates: [] }]);
  parentPort?.postMessage(ports[80]);
}

const startThread = async (data: unknown): Promise<{ worker: Worker; port: number }> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  return { worker, port: await new Promise<number>((resolve) => worker.once('message', resolve)) };
};

const timeOf = (worker: Worker): Promise<number> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage('time');
  });

/** Ratios of the same run, as both rates depend on the machine; processor time depends less on what else runs there. */
export async function measureIngress(figures: Figures, runs = 3): Promise<void> {
  const pod = await startThread('pod');
  const proxy = await startThread(pod.port);
  const requests = 6000;
  const rate = (port: number) => load({ port, host: 'bench.localhost', requests, clients: 32 });
  await Promise.all([rate(pod.port), rate(proxy.port)]);
  for (let run = 0; run < runs; run += 1) {
    const direct = await rate(pod.port);
    const before = await timeOf(proxy.worker);
    const proxied = await rate(proxy.port);
    const used = (await timeOf(proxy.worker)) - before;
    figures.add('requests to a pod', '1/s', direct);
    figures.add('requests through an ingress: processor time of the proxy', 'us', used / requests);
    figures.add('requests through an ingress: time, of a direct one', '%', (100 * direct) / proxied, 200);
  }
  await Promise.all([pod.worker.terminate(), proxy.worker.terminate()]);
}

if (!isMainThread) await answerInThread();
