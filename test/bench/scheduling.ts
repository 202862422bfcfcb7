/**
 * Measures how many pods a second the scheduler assigns: `node test/bench/scheduling.ts [PODS] [NODES]`. An API server
 * on a store in memory and the scheduler share one process; nothing runs on the nodes. Prints one line of JSON.
 */
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { serviceAccounts } from '../../agent/api/core/service-account.ts';
import { createClient } from '../../agent/client/client.ts';
import { createInformers } from '../../agent/client/informer.ts';
import { systemClock } from '../../agent/clock.ts';
import { createLogger } from '../../agent/log.ts';
import { startScheduler } from '../../agent/scheduler/scheduler.ts';
import { startTestApiServer } from '../integration/harness.ts';

const [podCount = 1000, nodeCount = 100] = process.argv.slice(2).map(Number);
const api = await startTestApiServer();
const client = createClient(api.transport);
const stop = new AbortController();
const log = createLogger('bench', () => undefined);
const informers = createInformers(client, { clock: systemClock, log, signal: stop.signal });

await client
  .resource(serviceAccounts)
  .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } });
for (let i = 0; i < nodeCount; i += 1) {
  const name = `node-${i}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${i % 3}` };
  await client.resource(nodes).create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {} });
  const status = { allocatable: { cpu: '32', memory: '64Gi', pods: '110' } };
  const type = 'application/merge-patch+json';
  // A node is created with the taint "not ready", which no controller takes away here.
  await client.resource(nodes).patch(name, undefined, type, { spec: { taints: null } });
  await client.resource(nodes).patch(name, undefined, type, { status }, { subresource: 'status' });
}
const containers = [{ name: 'main', image: 'web:1.0', resources: { requests: { cpu: '100m', memory: '64Mi' } } }];
for (let i = 0; i < podCount; i += 1) {
  const metadata = { name: `pod-${i}`, namespace: 'default', labels: { app: `app-${i % 10}` } };
  await client.resource(pods).create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
}
const informer = informers.for(pods);
await Promise.all([informer.synced, informers.for(nodes).synced]);
const assigned = new Set<string>();
const done = Promise.withResolvers<void>();
informer.onChange(({ object }) => {
  if (object.spec.nodeName) assigned.add(object.metadata.uid);
  if (assigned.size === podCount) done.resolve();
});
const started = performance.now();
const cpuBefore = process.cpuUsage();
startScheduler({ client, informers, kinds: api.kinds, clock: systemClock, log, signal: stop.signal });
await done.promise;
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const cpuSeconds = (user + system) / 1_000_000;
console.log(
  JSON.stringify({ pods: podCount, nodes: nodeCount, seconds, cpuSeconds, podsPerSecond: podCount / seconds }),
);
stop.abort();
await api.close();
process.exit(0);
