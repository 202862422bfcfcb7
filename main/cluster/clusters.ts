/** Every profile of this machine: what the window's calls and the command line do with clusters. */
import type { BootProgress, ClusterStatus, ProfileState, StartOptions, Usage } from '../contract.ts';
import type { Engine } from '../engine/engine.ts';
import { EngineError, noEngine } from '../engine/errors.ts';
import { type EngineSearch, findEngine } from '../engine/find.ts';
import type { ClusterEntry } from '../kube/entries.ts';
import type { Kubeconfig } from '../kube/kubeconfig.ts';
import { type BootStep, runSteps } from './boot.ts';
import { type Home, tidyHome } from './home.ts';
import type { NodeImageSources } from './image/node-image.ts';
import { lockProfile } from './lock.ts';
import { checkProfileName, labels, ofProfile } from './names.ts';
import { openNodeShell, type ShellEvents, type ShellSession } from './node-shell.ts';
import { entryOf, type Profile, Profiles } from './profile.ts';
import { NodesProcess } from './simulated/nodes-process.ts';
import { readSimulatedStatus } from './simulated/status.ts';
import { startSteps } from './start/start-steps.ts';
import type { StartState } from './start/state.ts';
import { absent, readStatus } from './status.ts';
import { deleteSteps, type StopState, stopSteps } from './stop-steps.ts';
import { measureContainers } from './usage.ts';

export interface ClustersOptions {
  home: Home;
  kubeconfig: Kubeconfig;
  imageSources: NodeImageSources;
  /** Lines for a terminal, e.g. that the image is being assembled. */
  say?(line: string): void;
  findEngine?(signal?: AbortSignal): Promise<EngineSearch>;
}

const deadlines = { start: 600_000, stop: 120_000, delete: 120_000 };
const linesOfFailure = 20;

export class Clusters {
  private readonly options: ClustersOptions;
  private readonly profiles: Profiles;
  private readonly running = new Map<string, { operation: BootProgress['operation']; abort: AbortController }>();
  private readonly progressListeners = new Set<(progress: BootProgress) => void>();
  private readonly changeListeners = new Set<(clusters: ClusterStatus[]) => void>();
  private engine: Engine | undefined;

  constructor(options: ClustersOptions) {
    this.options = options;
    this.profiles = new Profiles(options.home);
  }

  async list(signal: AbortSignal): Promise<ClusterStatus[]> {
    const names = await this.profiles.names();
    return Promise.all(names.map((name) => this.status(name, signal)));
  }

  async status(name: string, signal: AbortSignal): Promise<ClusterStatus> {
    const [profile, pki] = await Promise.all([this.profiles.read(name), this.profiles.readPki(name)]);
    if (!profile) return { ...absent(name), ...this.stateUnderWay(name) };
    const status =
      profile.runtime === 'simulated'
        ? await readSimulatedStatus(this.simulated(name), profile, pki, signal)
        : await readStatus(await this.connectedEngine(signal), profile, pki, signal);
    return { ...status, ...this.stateUnderWay(name) };
  }

  private stateUnderWay(name: string): { state?: ProfileState } {
    const operation = this.running.get(name)?.operation;
    return operation ? { state: operation === 'start' ? 'starting' : 'stopping' } : {};
  }

  /** Rejects with `OperationError`, everything undone, where it fails or is cancelled. */
  async start(name: string, options: StartOptions, signal: AbortSignal): Promise<ClusterStatus> {
    checkProfileName(name);
    const state: StartState = {
      ...this.common(name),
      options,
      imageSources: this.options.imageSources,
      say: this.options.say ?? (() => {}),
      started: new Map(),
    };
    const runtime = await this.runtimeOf(name, options.runtime);
    await this.operate(name, 'start', startSteps(options, runtime), state, signal).finally(() =>
      state.connection?.close(),
    );
    return this.status(name, signal);
  }

  async stop(name: string, signal: AbortSignal): Promise<ClusterStatus> {
    const state: StopState = this.common(name);
    await this.operate(name, 'stop', stopSteps(await this.runtimeOf(name)), state, signal);
    return this.status(name, signal);
  }

  async delete(name: string, signal: AbortSignal): Promise<void> {
    checkProfileName(name);
    const state: StopState = this.common(name);
    await this.operate(name, 'delete', deleteSteps(await this.runtimeOf(name)), state, signal);
  }

  /** Resolves when the running operation has been undone, or at once where there is none. */
  async cancel(name: string): Promise<void> {
    const running = this.running.get(name);
    if (!running) return;
    running.abort.abort(new Error('cancelled'));
    while (this.running.get(name) === running) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** CPU and memory of the profile's nodes. */
  async usage(name: string, signal: AbortSignal): Promise<Usage> {
    // Their process is not on an engine that could measure it.
    if ((await this.runtimeOf(name)) === 'simulated') return { cpu: 0, memory: 0 };
    return measureContainers(await this.connectedEngine(signal), `${labels.profile}=${name}`, signal);
  }

  async nodeShell(
    name: string,
    node: string,
    size: { columns: number; rows: number },
    events: ShellEvents,
    signal: AbortSignal,
  ): Promise<ShellSession> {
    const profile = await this.profiles.read(name);
    if (!profile?.nodes.some((candidate) => candidate.name === node))
      throw new Error(`profile ${name} has no node ${node}`);
    if (profile.runtime === 'simulated') {
      throw new EngineError('Simulated', `${node} is simulated: there is nothing in it to open a shell in`);
    }
    return openNodeShell(await this.connectedEngine(signal), node, size, events);
  }

  /** What the kubeconfig should say about a profile; undefined where there is no such profile. */
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

  /** That of a profile that is there does not change. */
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
      findEngine: (signal: AbortSignal) => this.connectedEngine(signal),
    };
  }

  private async operate<State extends { engine?: Engine }>(
    name: string,
    operation: BootProgress['operation'],
    steps: BootStep<State>[],
    state: State,
    signal: AbortSignal,
  ): Promise<void> {
    const unlock = await lockProfile(this.options.home.locks, name, operation);
    const abort = new AbortController();
    this.running.set(name, { operation, abort });
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
          for (const listener of this.progressListeners) listener(progress);
        },
        lastLines: (current) => this.nodeLogs(name, current.engine),
      });
    } finally {
      this.running.delete(name);
      await unlock();
      // After a delete, and after a first start that was undone.
      if ((await this.profiles.names()).length === 0) await tidyHome(this.options.home);
      this.changed();
    }
  }

  /** Of the control plane, or of whichever node there is. */
  private async nodeLogs(name: string, engine: Engine | undefined): Promise<string[]> {
    if (!engine) return this.simulated(name).lastLines(linesOfFailure);
    const nodes = await engine.containers([ofProfile(name), `${labels.role}=node`]);
    const [first] = nodes.sort((a, b) => String(a.Names[0]).localeCompare(String(b.Names[0])));
    return first ? engine.lastLines(first.Id, linesOfFailure) : [];
  }

  private changed(): void {
    if (!this.changeListeners.size) return;
    this.list(AbortSignal.timeout(5000)).then(
      (clusters) => {
        for (const listener of this.changeListeners) listener(clusters);
      },
      (error) => this.options.say?.(`the list of clusters could not be read: ${error}`),
    );
  }

  private async connectedEngine(signal: AbortSignal): Promise<Engine> {
    if (this.engine) return this.engine;
    const search = await (this.options.findEngine ?? findEngine)(signal);
    if (!search.engine) throw noEngine(search.status.looked.map(({ source }) => source));
    this.engine = search.engine;
    return search.engine;
  }
}
