/**
 * What a webhook adds to a write. The API server is on a store in memory; the webhooks answer from a thread of their
 * own, which runs this very file.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { allowed, patching, startWebhookServer } from '../../fakes/webhook-server.ts';
import { startTestApiServer } from '../../integration/harness.ts';
import { register, webhook } from '../../unit/agent/apiserver/admission/webhook-configurations.ts';
import type { Figures } from '../measurement.ts';
import { median, timed } from '../statistics.ts';

interface Served {
  base: string;
  caBundle: string;
}

async function serve(): Promise<void> {
  const add = { op: 'add', path: '/data/more', value: 'yes' };
  const server = await startWebhookServer((asked) =>
    asked.path.startsWith('/mutate') ? patching(asked, [add]) : allowed(asked),
  );
  const served: Served = { base: server.url(''), caBundle: server.caBundle };
  parentPort?.postMessage(served);
}

export async function measureWebhooks(figures: Figures, writes = 1000): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const { base, caBundle } = await new Promise<Served>((resolve) => worker.once('message', resolve));
  const source = { caBundle, url: (path: string) => `${base}${path}` };
  const api = await startTestApiServer();
  const send = async (method: 'POST' | 'DELETE', path: string, body?: unknown) => {
    const { status, body: answer } = await api.transport.request({ method, path, body });
    if (status >= 300) throw new Error(JSON.stringify(answer));
    return answer;
  };
  let made = 0;
  const write = () => {
    made += 1;
    const metadata = { name: `map-${made}` };
    return send('POST', '/api/v1/namespaces/default/configmaps', { metadata, data: { key: 'value' } });
  };
  const medianWrite = async () => {
    const samples: number[] = [];
    for (let count = 0; count < writes; count += 1) samples.push(await timed(write));
    return median(samples);
  };
  const create = { create: async (path: string, body: unknown) => send('POST', path, body) };
  await medianWrite();
  for (let run = 0; run < 3; run += 1) {
    const alone = await medianWrite();
    figures.add('a write without webhooks: p50', 'ms', alone);
    for (const type of ['validating', 'mutating'] as const) {
      const path = type === 'mutating' ? '/mutate' : '/check';
      await register(create, type, type, [webhook(source, path)]);
      await write();
      figures.add(`a ${type} webhook adds: p50`, 'ms', (await medianWrite()) - alone, 2);
      await send('DELETE', `/apis/admissionregistration.k8s.io/v1/${type}webhookconfigurations/${type}`);
    }
  }
  await api.close();
  await worker.terminate();
}

if (!isMainThread) await serve();
