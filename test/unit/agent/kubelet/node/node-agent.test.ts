import { afterEach, beforeEach, expect, test } from 'vitest';
import { findCondition } from '../../../../../agent/api/conditions.ts';
import { nodes } from '../../../../../agent/api/core/node.ts';
import type { Node } from '../../../../../agent/api/types.ts';
import { type Client, createClient } from '../../../../../agent/client/client.ts';
import { createInformer, type Informer } from '../../../../../agent/client/informer.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { type NodeAgent, startNodeAgent } from '../../../../../agent/kubelet/node/node-agent.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { theFacts } from '../../../../builders/node.ts';
import { startApi, type TestApi } from '../../apiserver/api.ts';

const nodeName = 'skiff-worker';
let api: TestApi;
let stop: AbortController;
let client: Client;
let informer: Informer<Node>;
let agent: NodeAgent;
let told: string[];
let lines: string[];
const startAgent = (client: Client): NodeAgent => {
  const { signal } = stop;
  const log = createLogger('test', (line) => void lines.push(line));
  const recorder = { event: (_: unknown, _type: string, reason: string) => void told.push(reason) };
  const facts = async () => theFacts;
  return startNodeAgent({ client, clock: systemClock, log, recorder, signal, nodeName, nodes: informer, facts });
};
beforeEach(async () => {
  api = await startApi();
  stop = new AbortController();
  [told, lines] = [[], []];
  const { signal } = stop;
  client = createClient(api.server.transport({ username: `system:node:${nodeName}`, groups: ['system:nodes'] }));
  const log = createLogger('test', () => {});
  // A node sees itself alone.
  const itself = { fieldSelector: `metadata.name=${nodeName}` };
  informer = createInformer(client, nodes, itself, { clock: systemClock, log, signal });
  agent = startAgent(client);
});
afterEach(async () => {
  stop.abort();
  await api.close();
});

const ready = () => findCondition(informer.get(nodeName)?.status?.conditions, 'Ready');

test('a node that was taken for silent says at once that it is there, and since when', async () => {
  await agent.registered;
  await expect.poll(() => ready()?.status).toBe('True');
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const conditions = [{ type: 'Ready', status: 'Unknown', lastTransitionTime }];
  const type = 'application/strategic-merge-patch+json';
  await client.resource(nodes).patch(nodeName, undefined, type, { status: { conditions } }, { subresource: 'status' });
  await expect.poll(() => told.filter((reason) => reason === 'NodeReady')).toHaveLength(2);
  await expect.poll(() => ready()).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect(ready()?.lastTransitionTime).not.toBe(lastTransitionTime);
});

test('a node that stops before it is registered fails nobody and reports nothing', async () => {
  const asked = Promise.withResolvers<void>();
  const request = async () => {
    stop.abort();
    asked.resolve();
    throw new Error('the server is gone');
  };
  startAgent(createClient({ request }));
  await asked.promise;
  // Node reports a rejection that nobody handles once this turn is over, and Vitest fails of it.
  await new Promise(setImmediate);
  expect(lines.filter((line) => line.includes('Unable to'))).toEqual([]);
});
