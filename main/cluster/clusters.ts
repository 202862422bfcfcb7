/** All profiles of this machine: the operations that the window's calls and the command line run on clusters. */
import type { NodeOperations } from '../calls/services.ts';
import type {
  BootProgress,
  ClusterStatus,
  Operation,
  ProfileState,
  StartOptions,
  UnderWay,
} from '../contract/clusters.ts';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import type { EngineSearch } from '../engine/find.ts';
import type { ClusterEntry } from '../kube/entries.ts';
import type { Kubeconfig } from '../kube/kubeconfig.ts';
import { type BootStep, runSteps } from './boot.ts';
import { deleteSteps } from './delete-steps.ts';
import { Engines } from './engines.ts';
import { type Home, tidyHome } from './home.ts';
import type { NodeImageSources } from './image/node-image.ts';
import { Inside } from './inside.ts';
import { allElsewhere, type Elsewhere, elsewhere, lockProfile, underWayOf } from './lock.ts';
import { checkProfileName, labels } from './names.ts';
import { createNodeOperations } from './nodes/operations.ts';
import { NodesProcess } from './nodes-process.ts';
import type { Platform } from './platform.ts';
import { platformOf } from './platforms.ts';
import { entryOf, isDamaged, type Profile, Profiles } from './profile.ts';
import { startSteps } from './start/start-steps.ts';
import type { StartState } from './start/state.ts';
import { StatusReader } from './status-reader.ts';
import { StepError } from './step-error.ts';
import type { StopState } from './stop-state.ts';

export interface ClustersOptions {
  home: Home;
  kubeconfig: Kubeconfig;
  imageSources: NodeImageSources;
  /** Receives lines for a terminal, e.g. that the image is being assembled. */
  say?(line: string): void;
  findEngine?(signal?: AbortSignal): Promise<EngineSearch>;
}

interface Running {
  operation: Operation;
  abort: AbortController;
  progress?: BootProgress;
}

const deadlines: Readonly<Record<Operation, number>> = {
  start: 600_000,
  stop: 120_000,
  delete: 120_000,
  'node add': 600_000,
  'node remove': 300_000,
  'node stop': 120_000,
  'node start': 300_000,
  'node restart': 300_000,
};

/** What an operation on a whole cluster makes of its state. While nodes come and go, it stays what it is. */
const stateDuring: Partial<Readonly<Record<Operation, ProfileState>>> = {
  start: 'starting',
  stop: 'stopping',
  delete: 'stopping',
};
const linesOfFailure = 20;

export class Clusters {
  private readonly options: ClustersOptions;
  private readonly profiles: Profiles;
  private readonly running = new Map<string, Running>();
  private readonly progressListeners = new Set<(progress: BootProgress) => void>();
  private readonly changeListeners = new Set<(clusters: ClusterStatus[]) => void>();
  private readonly engines: Engines;
  /** Looks inside the clusters. */
  readonly inside: Inside;
  /** Lets single nodes come and go. */
  readonly nodes: NodeOperations;
  private readonly statuses: StatusReader;

  constructor(options: ClustersOptions) {
    this.options = options;
    this.profiles = new Profiles(options.home);
    this.engines = new Engines({ home: options.home, find: options.findEngine, say: options.say });
    this.inside = new Inside(options.home, this.engines);
    this.statuses = new StatusReader(options.home, this.engines);
    const platformFor = async (name: string) => platformOf(await this.runtimeOf(name));
    this.nodes = createNodeOperations({
      stateOf: async (name) => this.startState(name, await platformFor(name), {}),
      platformOf: async (name) => (await platformFor(name)).nodes,
      run: (...operation) => this.operate(...operation),
      status: (name, signal) => this.status(name, signal),
    });
  }

  close(): void {
    this.engines.close();
  }

  /** Includes profiles that are being made for the first time. */
  async names(): Promise<string[]> {
    const names = await Promise.all([this.profiles.names(), this.busyProfiles()]);
    return [...new Set(names.flat())].sort();
  }

  async list(signal: AbortSignal): Promise<ClusterStatus[]> {
    return Promise.all((await this.names()).map((name) => this.status(name, signal)));
  }

  /** What other processes do to profiles of this machine right now. */
  elsewhere(): Promise<Map<string, Elsewhere>> {
    return allElsewhere(this.options.home.locks);
  }

  async status(name: string, signal: AbortSignal): Promise<ClusterStatus> {
    const [status, underWay] = await Promise.all([this.statuses.of(name, signal), this.underWay(name)]);
    if (!underWay) return status;
    // While an operation runs, parts that it has not reached yet are no error.
    const { error: _, ...rest } = status;
    return { ...rest, underWay, state: stateDuring[underWay.operation] ?? status.state };
  }

  private async underWay(name: string): Promise<UnderWay | undefined> {
    const own = this.running.get(name);
    if (own) return underWayOf(own.operation, process.pid, own.progress);
    return (await elsewhere(this.options.home.locks, name))?.underWay;
  }

  private async busyProfiles(): Promise<string[]> {
    return [...this.running.keys(), ...(await this.elsewhere()).keys()];
  }

  /** Rejects with `OperationError` if the start fails or is cancelled; everything is undone by then. */
  async start(name: string, options: StartOptions, signal: AbortSignal): Promise<ClusterStatus> {
    checkProfileName(name);
    const platform = platformOf(await this.runtimeOf(name, options.runtime));
    const state = this.startState(name, platform, options);
    await this.operate(name, 'start', startSteps(options, platform), state, signal).finally(() =>
      state.connection?.close(),
    );
    return this.status(name, signal);
  }

  private startState(name: string, platform: Platform, options: StartOptions): StartState {
    const { imageSources, say = () => {} } = this.options;
    return { ...this.common(name), platform, options, imageSources, say, started: new Map() };
  }

  async stop(name: string, signal: AbortSignal): Promise<ClusterStatus> {
    const state: StopState = this.common(name);
    const { stopSteps } = platformOf(await this.runtimeOf(name));
    await this.operate(name, 'stop', stopSteps, state, signal);
    return this.status(name, signal);
  }

  async delete(name: string, signal: AbortSignal): Promise<void> {
    checkProfileName(name);
    const profile = await this.readable(name);
    const findEngine = (until: AbortSignal) => this.engines.of(profile, until);
    const state: StopState = { ...this.common(name), findEngine };
    const runtime = profile?.runtime ?? ((await state.simulated.wasStarted()) ? 'simulated' : 'docker');
    await this.operate(name, 'delete', deleteSteps(platformOf(runtime)), state, signal);
  }

  /** Undefined for a damaged profile too, so that `delete` can remove it like a missing one. */
  private async readable(name: string): Promise<Profile | undefined> {
    try {
      return await this.profiles.read(name);
    } catch (error) {
      if (isDamaged(error)) return undefined;
      throw error;
    }
  }

  /** Resolves when the running operation has been undone, or at once if there is none. */
  async cancel(name: string): Promise<void> {
    const running = this.running.get(name);
    if (!running) {
      const other = await elsewhere(this.options.home.locks, name);
      if (other) throw notOurs(name, other.underWay);
      return;
    }
    running.abort.abort(new Error('cancelled'));
    while (this.running.get(name) === running) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The kubeconfig entry of a profile; undefined if there is no such profile. */
  async kubeconfigEntry(name: string): Promise<ClusterEntry | undefined> {
    const [profile, pki] = await Promise.all([this.profiles.read(name), this.profiles.readPki(name)]);
    return profile && pki ? entryOf(profile, pki) : undefined;
  }

  onProgress(listener: (progress: BootProgress) => void): () => void {
    this.progressListeners.add(listener);
    return () => this.progressListeners.delete(listener);
  }

  onChanged(listener: (clusters: ClusterStatus[]) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** An existing profile keeps its runtime. */
  private async runtimeOf(name: string, wanted: Profile['runtime'] = 'docker'): Promise<Profile['runtime']> {
    return (await this.profiles.read(name))?.runtime ?? wanted;
  }

  private simulated(name: string): NodesProcess {
    return new NodesProcess(this.options.home.profile(name));
  }

  private common(name: string) {
    return {
      name,
      profiles: this.profiles,
      kubeconfig: this.options.kubeconfig,
      simulated: this.simulated(name),
      findEngine: (signal: AbortSignal) => this.engineOf(name, signal),
    };
  }

  private async operate<State extends { engine?: Engine }>(
    name: string,
    operation: Operation,
    steps: readonly BootStep<State>[],
    state: State,
    signal: AbortSignal,
  ): Promise<void> {
    const lock = await lockProfile(this.options.home.locks, name, operation);
    const abort = new AbortController();
    const running: Running = { operation, abort };
    this.running.set(name, running);
    try {
      this.changed();
      await runSteps({
        profile: name,
        operation,
        steps,
        state,
        deadline: deadlines[operation],
        signal: AbortSignal.any([signal, abort.signal]),
        onProgress: (progress) => {
          running.progress = progress;
          lock.tell(progress).catch((error) => this.options.say?.(`other windows cannot show the progress: ${error}`));
          for (const listener of this.progressListeners) listener(progress);
        },
        asTyped: ({ engine }, text) => (engine?.info.podman ? text.replace(/\bdocker (?=[a-z])/g, 'podman ') : text),
        lastLines: (current, error) => this.nodeLogs(name, current.engine, error),
      });
    } finally {
      this.running.delete(name);
      await lock.release();
      // The last profile is gone: after a delete, or after a first start was undone.
      if ((await this.profiles.names()).length === 0) await tidyHome(this.options.home);
      this.changed();
    }
  }

  /** The log of the node that the failure names; empty if it names none, since no log would explain it then. */
  private async nodeLogs(name: string, engine: Engine | undefined, error: unknown): Promise<string[]> {
    if (!engine) return error instanceof StepError ? this.simulated(name).lastLines(linesOfFailure) : [];
    const { nodes = [] } = (await this.profiles.read(name)) ?? {};
    const guilty = nodes.find((node) => names(error, node.name));
    const container = guilty && (await engine.inspect(guilty.name));
    return container?.Config.Labels[labels.profile] === name ? engine.lastLines(container.Id, linesOfFailure) : [];
  }

  private changed(): void {
    if (!this.changeListeners.size) return;
    this.list(AbortSignal.timeout(5000)).then(
      (clusters) => {
        for (const listener of this.changeListeners) listener(clusters);
      },
      (error) => this.options.say?.(`could not read the list of clusters: ${error}`),
    );
  }

  private async engineOf(name: string, signal: AbortSignal): Promise<Engine> {
    return this.engines.of(await this.profiles.read(name), signal);
  }
}

const notOurs = (name: string, { operation, process }: UnderWay) =>
  new EngineError('StartedElsewhere', `the ${operation} of ${name} was started by another process (${process})`, {
    hint: 'Cancel it where it was started: with Ctrl-C in that terminal, or in that window.',
  });

/** A step that waits names the node; for other steps the engine's command contains its name. */
const names = (error: unknown, node: string): boolean =>
  error instanceof StepError
    ? error.node === node
    : error instanceof EngineError && (error.command?.split(' ').includes(node) ?? false);
