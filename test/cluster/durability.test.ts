/** Nothing acknowledged is lost: writers through the published port, a control plane that is killed under them. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../main/engine/engine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { BenchClient, readCredentials } from '../bench/client.ts';
import { TestCluster } from './harness.ts';

const writers = 6;
const agentKills = 17;
/** `docker kill` counts as a person's stop, so that the engine leaves the container; `skiff start` brings it back. */
const containerKills = 3;
const node = 'skiff-durability-control-plane';
const path = '/api/v1/namespaces/default/configmaps';
const run = promisify(execFile);

const cluster = new TestCluster('durability');
let engine: Engine;

beforeAll(async () => {
  const found = await findEngine();
  if (!found.engine) throw new Error('no engine');
  engine = found.engine;
  await cluster.start('--nodes', '1');
});
afterAll(() => cluster.delete());

interface ConfigMap {
  metadata: { name: string; resourceVersion: string };
  data: { version: string };
}

/** What one writer was told: the last version acknowledged of each object; -1 where its deletion was. */
interface Ledger {
  versions: Map<string, number>;
  revisions: number[];
}

async function write(prefix: string, ledger: Ledger, signal: AbortSignal): Promise<void> {
  let client = new BenchClient(readCredentials(cluster.kubeconfig));
  for (let index = 0; !signal.aborted; index++) {
    const name = `${prefix}-${index}`;
    const object = (version: number) => ({ metadata: { name }, data: { version: String(version) } });
    const note = (version: number, answer: string) => {
      ledger.versions.set(name, version);
      const { metadata }: ConfigMap = JSON.parse(answer);
      ledger.revisions.push(Number(metadata.resourceVersion));
    };
    try {
      note(0, await client.request('POST', path, object(0)));
      note(1, await client.request('PUT', `${path}/${name}`, object(1)));
      note(2, await client.request('PUT', `${path}/${name}`, object(2)));
      if (index % 3 > 0) continue;
      // Until its deletion is acknowledged it may be there or not.
      ledger.versions.delete(name);
      await client.request('DELETE', `${path}/${name}`);
      ledger.versions.set(name, -1);
    } catch {
      // Not acknowledged, and so neither here nor there. The next object gets a new connection.
      client.close();
      await sleep(20);
      client = new BenchClient(readCredentials(cluster.kubeconfig));
    }
  }
  client.close();
}

/** Of the control plane's current process; undefined while there is none. The node sees the processes of its engine. */
async function agentPid(): Promise<string | undefined> {
  const details = await engine.inspect(node);
  const children = `/proc/${details?.State.Pid}/task/${details?.State.Pid}/children`;
  const { stdout } = await run('docker', ['exec', node, 'cat', children]);
  return stdout.trim().split(' ')[0] || undefined;
}

async function killAgent(): Promise<void> {
  const pid = await agentPid();
  if (!pid) throw new Error('the control plane has no process');
  await run('docker', ['exec', node, '/bin/sh', '-c', `kill -KILL ${pid}`]);
}

const acknowledged = (ledgers: Ledger[]): number => ledgers.reduce((sum, { revisions }) => sum + revisions.length, 0);

/** Until the writers get on again. */
async function untilWritten(ledgers: Ledger[]): Promise<void> {
  const before = acknowledged(ledgers);
  for (const deadline = Date.now() + 60_000; acknowledged(ledgers) < before + writers; await sleep(20)) {
    if (Date.now() > deadline) throw new Error('the control plane did not come back');
  }
  // Anywhere in the middle of what they do.
  await sleep(50 + Math.random() * 200);
}

it(`loses no acknowledged write in ${agentKills + containerKills} kills of the control plane`, {
  timeout: 500_000,
}, async () => {
  const ledgers = Array.from({ length: writers }, (): Ledger => ({ versions: new Map(), revisions: [] }));
  const done = new AbortController();
  const writing = Promise.all(ledgers.map((ledger, index) => write(`w${index}`, ledger, done.signal)));
  for (let kill = 0; kill < agentKills; kill++) {
    await untilWritten(ledgers);
    await killAgent();
  }
  for (let kill = 0; kill < containerKills; kill++) {
    await untilWritten(ledgers);
    await engine.kill(node);
    await cluster.start();
  }
  await untilWritten(ledgers);
  done.abort();
  await writing;

  const reader = new BenchClient(readCredentials(cluster.kubeconfig));
  const { items }: { items: ConfigMap[] } = JSON.parse(await reader.request('GET', path));
  reader.close();
  const stored = new Map(items.map(({ metadata, data }) => [metadata.name, Number(data.version)]));
  const told = ledgers.flatMap(({ versions }) => [...versions]);
  expect(told.filter(([name, version]) => version >= 0 && (stored.get(name) ?? -1) < version)).toEqual([]);
  expect(told.filter(([name, version]) => version < 0 && stored.has(name))).toEqual([]);
  expect(acknowledged(ledgers)).toBeGreaterThan(writers * (agentKills + containerKills));
  // No revision is given out twice, and none goes back, whatever died in between.
  for (const { revisions } of ledgers) expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  const all = ledgers.flatMap(({ revisions }) => revisions);
  expect(new Set(all).size).toBe(all.length);
});
