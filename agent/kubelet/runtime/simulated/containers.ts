/**
 * Containers that exist only as state. The kubelet's verbs put a container into a state, and stages decide what
 * follows.
 */
import type { Clock } from '../../../clock.ts';
import { identityOf, noAccounts, requestOfEngine } from '../identity.ts';
import type { ContainerConfig, ContainerResources, ContainerStats, RuntimeContainer } from '../runtime.ts';
import type { RuntimeEvents } from './events.ts';
import type { Player } from './stages/player.ts';
import type { ContainerState, Outcomes, Subject } from './stages/stage.ts';

export interface SimulatedContainers {
  create(id: string, config: ContainerConfig): void;
  /** Resolves when the container runs, or has ended at once. */
  start(id: string, signal: AbortSignal): Promise<void>;
  /** Resolves when the container has ended, at the latest after the grace period. */
  stop(id: string, graceSeconds: number): Promise<void>;
  update(id: string, resources: ContainerResources): void;
  remove(id: string): void;
  /** Throws if the container does not exist. */
  get(id: string): RuntimeContainer;
  find(id: string): RuntimeContainer | undefined;
  list(): RuntimeContainer[];
  /** Of those that run. */
  stats(): ContainerStats[];
  /** The result of a probe now. */
  probe(id: string): Outcomes['Probe'];
}

interface Entry {
  container: RuntimeContainer;
  /** A finer state than the runtime's: it also has `starting` and `stopping`. */
  state: ContainerState;
  probe: Outcomes['Probe'];
  /** Cancels the stages that were started for the current state. */
  cancel: Set<() => void>;
  /** Callbacks that wait for the container to leave a state. */
  waiting: Set<() => void>;
}

const notYet: Outcomes['Probe'] = { success: false, output: 'the simulated container is not ready yet' };

/** A simulated image has no accounts. */
function userOf({ security }: ContainerConfig): Pick<RuntimeContainer, 'user'> {
  const user = identityOf(noAccounts, requestOfEngine(security.user ?? '', security.groups));
  return user ? { user } : {};
}

const newContainer = (id: string, config: ContainerConfig, now: number): RuntimeContainer => ({
  id,
  pod: config.pod,
  name: config.name,
  attempt: config.attempt,
  image: config.image,
  imageID: 'sha256:simulated',
  state: 'created',
  createdAt: now,
  startedAt: 0,
  finishedAt: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  labels: config.labels,
  resources: config.resources,
  ...userOf(config),
});

export interface SimulatedContainersOptions {
  clock: Clock;
  player: Player;
  events: RuntimeEvents;
  metadataOf(pod: RuntimeContainer['pod']): Subject['metadata'];
}

const subjectFor =
  (metadataOf: SimulatedContainersOptions['metadataOf']) =>
  ({ container, state }: Entry): Subject => ({
    metadata: metadataOf(container.pod),
    container: {
      name: container.name,
      image: container.image,
      init: container.labels['dev.skiff.init'] === 'true',
      state,
      restartCount: container.attempt,
    },
  });

/** Moves an entry to its next state and plays the stages that follow. */
function createMoves({ clock, player, events, metadataOf }: SimulatedContainersOptions) {
  const subjectOf = subjectFor(metadataOf);
  const move = (entry: Entry, state: ContainerState): void => {
    for (const cancel of entry.cancel) cancel();
    entry.cancel.clear();
    entry.state = state;
    const waiting = [...entry.waiting];
    entry.waiting.clear();
    for (const wake of waiting) wake();
  };
  const go = (entry: Entry): void => {
    const { state } = entry;
    const cancel = player.play('Container', subjectOf(entry), (outcome) => {
      if (entry.state === state) apply(entry, outcome);
    });
    if (entry.state === state) entry.cancel.add(cancel);
    else cancel();
  };
  const change = (entry: Entry, fields: Partial<RuntimeContainer>, type: 'started' | 'died' | 'oom'): void => {
    entry.container = { ...entry.container, ...fields };
    events.emit({ type, id: entry.container.id, pod: entry.container.pod });
  };
  const apply = (entry: Entry, outcome: Outcomes['Container']): void => {
    move(entry, outcome.state);
    if (outcome.state === 'exited') {
      const { exitCode, oomKilled = false } = outcome;
      change(entry, { state: 'exited', exitCode, oomKilled, finishedAt: clock.now() }, oomKilled ? 'oom' : 'died');
      return;
    }
    change(entry, { state: 'running', startedAt: clock.now() }, 'started');
    entry.probe = notYet;
    entry.cancel.add(
      player.play('Probe', subjectOf(entry), (found) => {
        entry.probe = found;
      }),
    );
    go(entry);
  };
  return { move, go, apply };
}

/** As if it had used the same since its start. */
function statsOf(entry: Entry, { player, clock, metadataOf }: SimulatedContainersOptions): ContainerStats[] {
  const { id, state, startedAt } = entry.container;
  const usage = state === 'running' ? player.usage(subjectFor(metadataOf)(entry)) : undefined;
  if (!usage) return [];
  const memory = Number(usage.memory.nano / 1_000_000_000n);
  const cpuUsage = Math.round((Number(usage.cpu.nano) * (clock.now() - startedAt)) / 1000);
  return [{ id, cpuUsage, memory, memoryUsage: memory, rss: memory, processes: 1 }];
}

export function createSimulatedContainers(options: SimulatedContainersOptions): SimulatedContainers {
  const { clock, events } = options;
  const entries = new Map<string, Entry>();
  const { move, go, apply } = createMoves(options);
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new Error(`No such container: ${id}`);
    return entry;
  };
  const left = (entry: Entry): Promise<void> => new Promise((resolve) => void entry.waiting.add(resolve));

  return {
    create(id, config) {
      const container = newContainer(id, config, clock.now());
      entries.set(id, { container, state: 'created', probe: notYet, cancel: new Set(), waiting: new Set() });
    },
    async start(id, signal) {
      const entry = entryOf(id);
      move(entry, 'starting');
      go(entry);
      if (entry.state !== 'starting') return;
      const giveUp = () => move(entry, 'created');
      signal.addEventListener('abort', giveUp, { once: true });
      await left(entry);
      signal.removeEventListener('abort', giveUp);
      signal.throwIfAborted();
    },
    async stop(id, graceSeconds) {
      const entry = entries.get(id);
      if (entry?.container.state !== 'running') return;
      if (entry.state === 'running') {
        move(entry, 'stopping');
        go(entry);
      }
      if (entry.container.state !== 'running') return;
      entry.cancel.add(clock.after(graceSeconds * 1000, () => apply(entry, { state: 'exited', exitCode: 137 })));
      await left(entry);
    },
    update(id, resources) {
      const entry = entryOf(id);
      entry.container = { ...entry.container, resources: { ...entry.container.resources, ...resources } };
    },
    remove(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entries.delete(id);
      move(entry, 'exited');
      events.emit({ type: 'removed', id, pod: entry.container.pod });
    },
    get: (id) => entryOf(id).container,
    find: (id) => entries.get(id)?.container,
    list: () => [...entries.values()].map(({ container }) => container),
    stats: () => [...entries.values()].flatMap((entry) => statsOf(entry, options)),
    probe: (id) => entries.get(id)?.probe ?? notYet,
  };
}
