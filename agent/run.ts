/**
 * What the one process of a node runs: kubelet, service proxy and DNS, and on a control-plane node the control plane.
 * With simulated nodes, one process runs all of them. It reads its configuration from `/etc/skiff` and keeps its data
 * in `/var/lib/skiff`. All parts start at once; none waits for what it does not need.
 */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { startTrimming, threadGarbage } from './idle-memory.ts';
import { eachLimited } from './kubelet/limits/each-limited.ts';
import { createComponentLogs } from './kubelet/mirror/component-logs.ts';
import { createLogger } from './log.ts';
import type { BuiltFiles } from './roles/control-plane.ts';
import { type NodeFiles, readNodeFiles } from './roles/files.ts';
import { type Joined, joinCluster } from './roles/join.ts';
import { type RunningNode, readMachine, startNode } from './roles/node.ts';
import type { NodeOptions } from './roles/node-options.ts';
import type { OpenedStore } from './roles/open-store.ts';
import type { NodePlace, NodePlaces } from './roles/places.ts';
import { platformOf } from './roles/platforms/choose.ts';
import type { Platform } from './roles/platforms/platform.ts';
import { startHeartbeat, supervisorChannel, supervisorEnded, supervisorPipe } from './roles/supervised.ts';

/** Next to the bundle on a node; in a checkout, below `dist`. */
function findSchemas(): string {
  const folders = ['../schema', '../dist/schema'].map((path) => join(import.meta.dirname, path));
  const found = folders.find((path) => existsSync(path));
  if (!found) throw new Error('the schemas are missing: they belong beside the agent');
  return found;
}

/** Beside the bundle; in a checkout, a new cluster begins without. */
const commonObjectsFile = join(import.meta.dirname, 'common-objects.json');

const findBuilt = (): BuiltFiles => ({
  schemaFolder: findSchemas(),
  commonObjects: existsSync(commonObjectsFile) ? commonObjectsFile : undefined,
});

/** A worker does not load the control plane: its code would take memory on every node. */
async function startCluster(
  opening: Promise<OpenedStore>,
  files: NodeFiles,
  platform: Platform,
  options: NodeOptions,
): Promise<Joined> {
  const [{ store, folder }, roles] = await Promise.all([opening, import('./roles/cluster.ts')]);
  options.logFor('etcd').info('The store is open', { folder, revision: await store.revision() });
  return roles.startCluster(store, findBuilt(), files, platform, options);
}

/** Several control planes share a store. It is opened once this node's logs are there, which tell who is missing. */
async function openShared(options: NodeOptions): Promise<OpenedStore> {
  const { openSharedStore } = await import('./roles/shared-store.ts');
  return openSharedStore(options);
}

interface Agent {
  running: RunningNode;
  joined: Joined;
  /** Ends the node's pods as those of a machine that shuts down, if the node has a grace period for that. */
  shutDown(): Promise<void>;
  /** Stops what runs of the node's pods; it comes back with the node. */
  stop(): Promise<void>;
}

/** `skiff stop` gives a node two seconds; pods that ignore the stop signal must not use them up. */
const podGraceSeconds = 1;

/** `opening`: the store of the control plane that this node has, if no other control plane shares it. */
async function startAgent(
  { folder, dataFolder }: NodePlace,
  opening: Promise<OpenedStore> | undefined,
  joinInside?: Joined['joinInside'],
): Promise<Agent> {
  const startedAt = Date.now();
  const files = readNodeFiles(folder);
  const stopping = new AbortController();
  const logs = createComponentLogs(join(dataFolder, 'logs'), systemClock.now);
  const logFor = (component: string) =>
    createLogger(component, (line) => {
      process.stdout.write(`${line}\n`);
      logs.write(component, line);
    });
  const { signal } = stopping;
  const options: NodeOptions = { files, dataFolder, clock: systemClock, logFor, logs, startedAt, signal };
  const platform = await platformOf(files.config);
  const preparing = platform.prepare(options);
  const isOneOfSeveral = files.config.role === 'control-plane' && files.config.controlPlanes !== undefined;
  const store = isOneOfSeveral ? openShared(options) : opening;
  const joining = store
    ? startCluster(store, files, platform, options)
    : (joinInside?.(files.config.nodeName) ?? joinCluster(files, options));
  const [prepared, machine, joined] = await Promise.all([preparing, readMachine(options), joining]);
  const running = await startNode(options, { platform, prepared, machine, ...joined });
  const log = logFor('kubelet');
  log.info('Node started', { node: files.config.nodeName, milliseconds: Date.now() - startedAt });
  // A control plane must not go on without its store; the supervisor of the process starts it again.
  joined.failed?.catch((error: unknown) => {
    log.error('The store failed', { error });
    process.exit(1);
  });
  return {
    running,
    joined,
    shutDown: running.kubelet.shutDown,
    async stop() {
      log.info('Stopping the node');
      stopping.abort();
      await Promise.all([running.kubelet.stopPods(podGraceSeconds), running.server.close(), joined.close()]);
      await logs.flush();
    },
  };
}

/** Of a thousand nodes: each reads files, and a process may open only so many at once. */
const startsAtOnce = 100;

async function startAll({ all }: NodePlaces, opening: Promise<OpenedStore> | undefined): Promise<Agent[]> {
  const [first, ...others] = all;
  if (!first) throw new Error('no node is configured');
  const agent = await startAgent(first, opening);
  const agents = [agent];
  await eachLimited(others, startsAtOnce, async (place) => {
    agents.push(await startAgent(place, undefined, agent.joined.joinInside));
  });
  return agents;
}

const loadRehearsal = () => Promise.all([platformOf({ runtime: 'docker' }), import('./roles/rehearsal.ts')]);

/** `agent.js rehearse`, run where the node image is made: has Node compile what a node in a container runs. */
export async function rehearseStart(): Promise<void> {
  const [[platform, { rehearse }]] = await Promise.all([loadRehearsal(), import('./roles/cluster.ts')]);
  await rehearse(findBuilt(), platform, systemClock);
  process.exit(0);
}

/** `agent.js common-objects`, run where the agent is built. */
export async function writeCommonObjects(): Promise<void> {
  const [platform, { makeCommonObjects }] = await loadRehearsal();
  writeFileSync(commonObjectsFile, JSON.stringify(await makeCommonObjects(findSchemas(), platform, systemClock)));
  process.exit(0);
}

/**
 * The signal that an engine stops a container with is the shutdown of a machine. Skiff interrupts a node before that:
 * the node is to come back as it was.
 */
function toldToStop(): Promise<'shut down' | 'stop'> {
  const told = <H>(signal: string, how: H): Promise<H> => once(process, signal).then(() => how);
  return Promise.race([told('SIGTERM', 'shut down' as const), told('SIGINT', 'stop' as const)]);
}

/** Ends with the process. `opening`: the store of the control plane, if it is here. */
export async function run(places: NodePlaces, opening: Promise<OpenedStore> | undefined): Promise<void> {
  // The supervisor of simulated nodes, in contrast, has a channel to the agent, and outlives the command that started
  // it.
  const pipe = places.single ? supervisorPipe(process) : undefined;
  if (pipe) void supervisorEnded(pipe).finally(() => process.exit(1));
  const channel = supervisorChannel(process);
  channel?.onClose(() => process.exit(1));
  if (channel) startHeartbeat(() => channel.send('beat'), systemClock);
  const beats = process.env.SKIFF_BEATS;
  if (beats) startHeartbeat((count) => writeFileSync(beats, count), systemClock);
  startTrimming(threadGarbage(), systemClock);
  const told = toldToStop();
  const agents = await Promise.race([startAll(places, opening), told.then(() => undefined)]);
  // A start may wait for others without end. Nothing is lost where it is left: the next one goes on from the disk.
  if (!agents) process.exit(0);
  channel?.send('up');
  if ((await told) === 'shut down') await Promise.all(agents.map((agent) => agent.shutDown()));
  // The control plane stops last: the other nodes report to it that their pods have ended.
  for (const agent of agents.reverse()) await agent.stop();
  process.exit(0);
}
