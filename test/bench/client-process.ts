/**
 * One client of a load, in a process of its own, so that what it does delays no other client. `client-processes.ts`
 * starts it and sends it one `Task`; it answers with `Begun` and, when the task is over, with its `Outcome`.
 */

import { BenchClient, readCredentials } from './client.ts';
import type { Begun, Outcome, PacedTask, Task, WatchTask } from './client-processes.ts';
import { configMap } from './manifests.ts';
import { paced } from './paced.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
/** Nobody watches these. */
const secrets = '/api/v1/namespaces/default/secrets';
/** After so many of each call, the engine has compiled what a client does. */
const practices = 300;

/** Milliseconds of a clock that all processes of this machine share. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const send = (message: Begun | Outcome): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error ? reject(error) : resolve()));
  });

const proceed = (): Promise<unknown> => new Promise((resolve) => process.once('message', resolve));

/** The first calls of a process take ten times as long as later ones, which says nothing about the server. */
async function practise(client: BenchClient): Promise<void> {
  for (let at = 0; at < practices; at += 1) {
    const name = `practice-${process.pid}-${at}`;
    await client.request('POST', secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name } });
    await client.request('PATCH', `${secrets}/${name}`, { stringData: { at: String(at) } });
    await client.request('GET', `${secrets}/${name}`);
    await client.request('DELETE', `${secrets}/${name}`);
  }
}

async function keepPace(client: BenchClient, { act, perSecond, seconds, names }: PacedTask): Promise<Outcome> {
  const times: [string, number][] = [];
  const nameOf = (at: number): string => names[at % names.length] ?? '';
  const acts = {
    create: (at: number) => {
      times.push([`made-${at}`, now()]);
      return client.request('POST', configMaps, configMap(`made-${at}`));
    },
    patch: (at: number) => client.request('PATCH', `${configMaps}/${nameOf(at)}`, { data: { at: String(at) } }),
    get: (at: number) => client.request('GET', `${configMaps}/${nameOf(at)}`),
  };
  await practise(client);
  const told = proceed();
  await send('begun');
  await told;
  const { latencies, rate } = await paced(perSecond, seconds, acts[act]);
  return { latencies, rate, times, events: 0 };
}

const nameIn = (line: string): string => /"name":"([^"]+)"/.exec(line)?.[1] ?? '';

/** Until it is told to stop. Of an object that several watches see, the last of the times counts. */
async function watch(client: BenchClient, { watches, resourceVersion }: WatchTask): Promise<Outcome> {
  const seen = new Map<string, number>();
  let events = 0;
  const started = Array.from({ length: watches }, () => {
    const path = `/api/v1/configmaps?watch=true&resourceVersion=${resourceVersion}`;
    return client.watch(path, (line) => {
      events += 1;
      if (line.startsWith('{"type":"ADDED"')) seen.set(nameIn(line), now());
    });
  });
  await Promise.all(started.map((each) => each.started));
  const told = proceed();
  await send('begun');
  await told;
  for (const { stop } of started) stop();
  return { latencies: [], rate: 0, times: [...seen], events };
}

process.once('message', async (task: Task) => {
  const client = new BenchClient(readCredentials(task.kubeconfig));
  await client.request('GET', '/readyz');
  const outcome = await (task.act === 'watch' ? watch(client, task) : keepPace(client, task));
  client.close();
  await send(outcome);
  process.disconnect();
});
