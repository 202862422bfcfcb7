/**
 * What the calls need from the rest of main. `main/index.ts` wires the real ones; tests of the calls give small fakes.
 * Everything here outlives a window; what belongs to one window (watches, logs, shells) lives in its `Session`.
 */
import type { Preferences, Usage } from '../contract/app.ts';
import type { BootProgress, ClusterStatus, EngineStatus, KubeContext, StartOptions } from '../contract/clusters.ts';
import type { KubeConnection } from '../kube/connection.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';

export interface Services {
  engine: {
    status(signal: AbortSignal): Promise<EngineStatus>;
    /** Installs or starts an engine where `EngineStatus.remedy.canRun`. */
    install(signal: AbortSignal): Promise<EngineStatus>;
  };
  clusters: {
    list(signal: AbortSignal): Promise<ClusterStatus[]>;
    /** Resolves when the cluster is up; rejects with `code`, `message` and `hint` (`CallError`) where it is not. */
    start(profile: string, options: StartOptions, signal: AbortSignal): Promise<ClusterStatus>;
    stop(profile: string, signal: AbortSignal): Promise<ClusterStatus>;
    delete(profile: string, signal: AbortSignal): Promise<void>;
    /** Cancels the running operation, which is undone. */
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
    /** Rejects where the context does not exist or its credentials cannot be read. Cached; cheap to call again. */
    connection(context: string): Promise<KubeConnection>;
    /** The kubeconfig files in effect, in `KUBECONFIG` form. */
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
    /** True until a cluster was started on this machine. */
    firstRun(): Promise<boolean>;
    openExternal(url: string): Promise<void>;
    /** The generated OpenAPI definitions, which carry the merge keys that an apply needs. */
    definitionsFile: string;
  };
}
