/**
 * The seam for what runs a profile's nodes: containers on an engine, or one process that simulates them. All
 * differences between the two are behind it; `platforms.ts` chooses one and no other code in `main` asks which it is.
 */

import type { Usage } from '../contract/app.ts';
import type { AddNodesOptions, ClusterStatus } from '../contract/clusters.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';
import type { BootStep } from './boot.ts';
import type { ClusterImages } from './cluster-images.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import type { NodesState } from './nodes/state.ts';
import type { ClusterPki } from './pki.ts';
import type { Profile } from './profile.ts';
import type { StartPlatform, StartState } from './start/state.ts';
import type { StopState } from './stop-state.ts';

export interface LogOptions {
  follow: boolean;
  /** How many of the last lines; absent means all. */
  tail?: number;
}

/** A profile, and where to find it. */
export interface Place {
  home: Home;
  engines: Engines;
  profile: Profile;
}

/** The steps of operations on single nodes; all begin with those of `findSteps`. */
export interface NodePlatform {
  findSteps: readonly BootStep<NodesState>[];
  addSteps(options: AddNodesOptions): readonly BootStep<NodesState>[];
  /** They end the node, whose pods have moved. */
  removeSteps: readonly BootStep<NodesState>[];
  stopSteps: readonly BootStep<NodesState>[];
  startSteps: readonly BootStep<NodesState>[];
  restartSteps: readonly BootStep<NodesState>[];
}

export interface Platform extends StartPlatform {
  needsEngine: boolean;
  /** True if services of type NodePort or LoadBalancer answer on localhost. */
  answersOnLocalhost: boolean;
  /** The steps of a start until the API server is running. */
  makeSteps: readonly BootStep<StartState>[];
  stopSteps: readonly BootStep<StopState>[];
  /** The steps of a deletion that remove the nodes and what they have stored. */
  removeSteps: readonly BootStep<StopState>[];
  nodes: NodePlatform;
  status(place: Place, pki: ClusterPki | undefined, signal: AbortSignal): Promise<ClusterStatus>;
  /** CPU and memory of the nodes. */
  usage(place: Place, signal: AbortSignal): Promise<Usage>;
  shell(
    place: Place,
    node: string,
    size: TerminalSize,
    events: TerminalEvents,
    signal: AbortSignal,
  ): Promise<TerminalSession>;
  /** The log of a node's agent. */
  log(
    place: Place,
    node: string,
    options: LogOptions,
    write: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The images that pods can use without pulling. */
  images(place: Place, signal: AbortSignal): Promise<ClusterImages>;
}
