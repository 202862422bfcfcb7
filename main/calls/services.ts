/**
 * What the calls need from the rest of main. `main/services.ts` makes the real ones; tests of the calls pass small
 * fakes.
 * Everything here outlives a window; what belongs to one window (watches, logs, shells) lives in its `Session`.
 */
import type { Preferences, Usage } from '../contract/app.ts';
import type {
  AddNodesOptions,
  BootProgress,
  ClusterStatus,
  EngineStatus,
  KubeContext,
  StartOptions,
} from '../contract/clusters.ts';
import type { KubeConnection } from '../kube/connection.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';

/** Each resolves with the cluster as it is afterwards, and rejects like a start. */
export interface NodeOperations {
  add(profile: string, options: AddNodesOptions, signal: AbortSignal): Promise<ClusterStatus>;
  remove(profile: string, node: string, options: { force?: boolean }, signal: AbortSignal): Promise<ClusterStatus>;
  stop(profile: string, node: string, signal: AbortSignal): Promise<ClusterStatus>;
  start(profile: string, node: string, signal: AbortSignal): Promise<ClusterStatus>;
  restart(profile: string, node: string, signal: AbortSignal): Promise<ClusterStatus>;
}

export interface Services {
  engine: {
    status(signal: AbortSignal): Promise<EngineStatus>;
    /** Installs or starts an engine, if `EngineStatus.remedy.canRun`. */
    install(signal: AbortSignal): Promise<EngineStatus>;
  };
  clusters: {
    list(signal: AbortSignal): Promise<ClusterStatus[]>;
    /** Resolves when the cluster is up; otherwise rejects with `code`, `message` and `hint` (`CallError`). */
    start(profile: string, options: StartOptions, signal: AbortSignal): Promise<ClusterStatus>;
    stop(profile: string, signal: AbortSignal): Promise<ClusterStatus>;
    delete(profile: string, signal: AbortSignal): Promise<void>;
    /** The nodes of a running cluster. */
    nodes: NodeOperations;
    /** Cancels the running operation and undoes it. */
    cancel(profile: string): Promise<void>;
    /** CPU and memory of the profile's nodes. */
    usage(profile: string, signal: AbortSignal): Promise<Usage>;
    /** A shell in the node's container. */
    nodeShell(
      profile: string,
      node: string,
      size: TerminalSize,
      events: TerminalEvents,
      signal: AbortSignal,
    ): Promise<TerminalSession>;
    onProgress(listener: (progress: BootProgress) => void): () => void;
    onChanged(listener: (clusters: ClusterStatus[]) => void): () => void;
  };
  kube: {
    contexts(): Promise<KubeContext[]>;
    use(context: string): Promise<void>;
    onChanged(listener: (contexts: KubeContext[]) => void): () => void;
    /** Rejects if the context does not exist or its credentials cannot be read. Cached: cheap to call again. */
    connection(context: string): Promise<KubeConnection>;
    /** The kubeconfig files in use, as one value of `KUBECONFIG`. */
    path(): string;
  };
  preferences: {
    get(): Promise<Preferences>;
    set(change: Partial<Preferences>): Promise<Preferences>;
    onChanged(listener: (preferences: Preferences) => void): () => void;
  };
  app: {
    version: string;
    shell: 'electron' | 'web';
    /** True until a cluster has been started on this machine. */
    firstRun(): Promise<boolean>;
    openExternal(url: string): Promise<void>;
    /** File with the generated OpenAPI definitions, which hold the merge keys that an apply needs. */
    definitionsFile: string;
  };
}
