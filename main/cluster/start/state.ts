/** State that the steps of a start share. */
import type { StartOptions } from '../../contract/clusters.ts';
import type { Engine } from '../../engine/engine.ts';
import type { OwnConnection } from '../../kube/client.ts';
import type { Kubeconfig } from '../../kube/kubeconfig.ts';
import type { NodeImageSources } from '../image/node-image.ts';
import type { NodesProcess } from '../nodes-process.ts';
import type { ClusterPki } from '../pki.ts';
import type { Profile, ProfileNode, Profiles } from '../profile.ts';

/** What the steps of a start need from the platform. */
export interface StartPlatform {
  plan(state: StartState, signal: AbortSignal): Promise<Profile>;
  /** The nodes that need certificates of their own. */
  certified(nodes: ProfileNode[]): ProfileNode[];
  /** True if the profile's own API server listens on the profile's port. */
  holdsPort(state: StartState, profile: Profile, signal: AbortSignal): Promise<boolean>;
  /** Restarts these nodes, so that they register themselves again. */
  restart(state: StartState, nodes: readonly string[], signal: AbortSignal): Promise<void>;
  /** Rejects when the awaited readiness cannot come any more. */
  waitForFailure(state: StartState, signal: AbortSignal): Promise<never>;
}

export interface StartState {
  name: string;
  options: StartOptions;
  profiles: Profiles;
  kubeconfig: Kubeconfig;
  imageSources: NodeImageSources;
  findEngine(signal: AbortSignal): Promise<Engine>;
  platform: StartPlatform;
  /** The process of simulated nodes. */
  simulated: NodesProcess;
  say(line: string): void;
  /** The steps fill in the following, in their order. */
  engine?: Engine;
  image?: string;
  profile?: Profile;
  pki?: ClusterPki;
  connection?: OwnConnection;
  /** True for a new profile: undoing then removes everything. */
  fresh?: boolean;
  kubeconfigWritten?: boolean;
  /**
   * Nodes that this start made or started, and when: milliseconds by their own machine's clock. What a node reported
   * before that time is older than the stop.
   */
  started: Map<string, number>;
}

/** Steps run in order, so an earlier step has filled in the field. Throws if it has not. */
export function required<K extends 'engine' | 'image' | 'profile' | 'pki' | 'connection'>(
  state: StartState,
  field: K,
): NonNullable<StartState[K]> {
  const value = state[field];
  if (value === undefined || value === null) throw new Error(`boot step out of order: no ${field} yet`);
  return value;
}
