/** Measures how soon a new pod is Ready, and how soon a new service answers on localhost. */
import { connect } from 'node:net';
import { type BenchCluster, poll } from '../cluster.ts';
import { service, webPod } from '../manifests.ts';
import type { Figures } from '../measurement.ts';
import { timed } from '../statistics.ts';
import { isReady, podIs } from './boot.ts';

const namespace = '/api/v1/namespaces/default';

const httpAnswers = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.setTimeout(500, () => socket.destroy(new Error('no answer')));
    socket.on('data', () => {
      resolve();
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
  });

export async function measurePodStart(cluster: BenchCluster, figures: Figures, runs: number): Promise<void> {
  const client = cluster.client();
  for (let run = 0; run < runs; run += 1) {
    const name = `start-${run}`;
    const milliseconds = await timed(async () => {
      await client.request('POST', `${namespace}/pods`, webPod(name));
      await podIs(client, name, isReady);
    });
    figures.add('pod created -> Ready', 'ms', milliseconds, 800);
    await client.request('DELETE', `${namespace}/pods/${name}`);
  }
  client.close();
}

export async function measureServiceStart(cluster: BenchCluster, figures: Figures, runs: number): Promise<void> {
  const client = cluster.client();
  await client.request('POST', `${namespace}/pods`, webPod('backend'));
  await podIs(client, 'backend', isReady);
  for (let run = 0; run < runs; run += 1) {
    const name = `port-${run}`;
    const milliseconds = await timed(async () => {
      const created = JSON.parse(
        await client.request('POST', `${namespace}/services`, service(name, 'NodePort', 'backend')),
      );
      await poll(() => httpAnswers(created.spec.ports[0].nodePort));
    });
    figures.add('service created -> answers on localhost', 'ms', milliseconds, 1000);
    await client.request('DELETE', `${namespace}/services/${name}`);
  }
  await client.request('DELETE', `${namespace}/pods/backend`);
  client.close();
}
