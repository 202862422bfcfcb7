/** What the steps of a start hand on to each other. */
import type { StartOptions } from '../../contract/clusters.ts';
import type { Engine } from '../../engine/engine.ts';
import type { OwnConnection } from '../../kube/client.ts';
import type { Kubeconfig } from '../../kube/kubeconfig.ts';
import type { NodeImageSources } from '../image/node-image.ts';
import type { ClusterPki } from '../pki.ts';
import type { Profile, Profiles } from '../profile.ts';
import type { NodesProcess } from '../simulated/nodes-process.ts';

/** What the steps of a start ask of what runs the nodes. */
export interface StartPlatform {
  plan(state: StartState, signal: AbortSignal): Promise<Profile>;
  /** Whether the profile's own API server has the profile's port. */
  holdsPort(state: StartState, profile: Profile, signal: AbortSignal): Promise<boolean>;
  /** So that these nodes register themselves anew. */
  restart(state: StartState, nodes: readonly string[], signal: AbortSignal): Promise<void>;
  /** Rejects when what is waited for cannot come any more. */
  endOfHope(state: StartState, signal: AbortSignal): Promise<never>;
}

export interface StartState {
  name: string;
  options: StartOptions;
  profiles: Profiles;
  kubeconfig: Kubeconfig;
  imageSources: NodeImageSources;
  findEngine(signal: AbortSignal): Promise<Engine>;
  platform: StartPlatform;
  /** What runs the nodes where they are simulated. */
  simulated: NodesProcess;
  say(line: string): void;
  /** Filled by the steps, in their order. */
  engine?: Engine;
  image?: string;
  profile?: Profile;
  pki?: ClusterPki;
  connection?: OwnConnection;
  /** True where there was nothing before: then undoing means to remove everything. */
  fresh?: boolean;
  kubeconfigWritten?: boolean;
  /**
   * Nodes that this start made or started, and when; milliseconds by the clock of their own machine. What a node said
   * before is from the time before a stop.
   */
  started: Map<string, number>;
}

/** Steps run in order, so that what an earlier one fills in is there. */
export function filled<K extends 'engine' | 'image' | 'profile' | 'pki' | 'connection'>(
  state: StartState,
  field: K,
): NonNullable<StartState[K]> {
  const value = state[field];
  if (value === undefined || value === null) throw new Error(`boot step out of order: no ${field} yet`);
  return value;
}
