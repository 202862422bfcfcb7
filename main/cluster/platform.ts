/**
 * What runs the nodes of a profile: containers on an engine, or one process that simulates them. All in which these
 * differ is here; nothing else in `main` asks which of them it is (`platforms.ts` chooses).
 */

import type { Usage } from '../contract/app.ts';
import type { ClusterStatus } from '../contract/clusters.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';
import type { BootStep } from './boot.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import type { ClusterPki } from './pki.ts';
import type { Profile } from './profile.ts';
import type { StartPlatform, StartState } from './start/state.ts';
import type { StopState } from './stop-state.ts';

export interface ImageOnEngine {
  name: string;
  /** The first twelve digits. */
  id: string;
  /** Bytes. */
  size: number;
}

export interface LogOptions {
  follow: boolean;
  /** How many of the last lines; absent means all. */
  tail?: number;
}

/** A profile, and where it is found. */
export interface Place {
  home: Home;
  engines: Engines;
  profile: Profile;
}

export interface Platform extends StartPlatform {
  needsEngine: boolean;
  /** A service of type NodePort or LoadBalancer answers on localhost. */
  answersOnLocalhost: boolean;
  /** Of a start, up to where the API server is waited for. */
  makeSteps: readonly BootStep<StartState>[];
  stopSteps: readonly BootStep<StopState>[];
  /** Of a deletion: what runs, and what it has stored. */
  removeSteps: readonly BootStep<StopState>[];
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
  /** What the agent of a node wrote. */
  log(
    place: Place,
    node: string,
    options: LogOptions,
    write: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** All that pods can use at once, by name, without those that Skiff made for itself. */
  images(place: Place, signal: AbortSignal): Promise<ImageOnEngine[]>;
}
