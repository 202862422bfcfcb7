/** Looks inside a cluster: what its nodes use and log, shells in them, images for its pods. */
import type { Usage } from '../contract/app.ts';
import { EngineError } from '../engine/errors.ts';
import type { OwnConnection } from '../kube/client.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';
import { connectAsAdmin } from './admin.ts';
import type { ClusterImages } from './cluster-images.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import type { LogOptions, Place } from './platform.ts';
import { platformOf } from './platforms.ts';
import { type Profile, Profiles } from './profile.ts';

export class Inside {
  private readonly home: Home;
  private readonly engines: Engines;
  private readonly profiles: Profiles;

  constructor(home: Home, engines: Engines) {
    this.home = home;
    this.engines = engines;
    this.profiles = new Profiles(home);
  }

  /** CPU and memory of the profile's nodes. */
  async usage(name: string, signal: AbortSignal): Promise<Usage> {
    const profile = await this.profiles.read(name);
    return profile ? platformOf(profile.runtime).usage(this.placeOf(profile), signal) : { cpu: 0, memory: 0 };
  }

  /** A connection to the API server, which the caller closes; undefined if there is no such profile. */
  async connection(name: string): Promise<OwnConnection | undefined> {
    const [profile, pki] = await Promise.all([this.profiles.read(name), this.profiles.readPki(name)]);
    return profile && pki ? connectAsAdmin(profile, pki) : undefined;
  }

  async nodeShell(
    name: string,
    node: string,
    size: TerminalSize,
    events: TerminalEvents,
    signal: AbortSignal,
  ): Promise<TerminalSession> {
    const profile = await this.withNode(name, node);
    return platformOf(profile.runtime).shell(this.placeOf(profile), node, size, events, signal);
  }

  /** The log of a node's agent. The nodes of a simulated cluster share one log. */
  async nodeLog(
    name: string,
    node: string,
    options: LogOptions,
    write: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const profile = await this.withNode(name, node);
    return platformOf(profile.runtime).log(this.placeOf(profile), node, options, write, signal);
  }

  /** The images that the profile's pods can use; undefined if there is no such profile. */
  async images(name: string, signal: AbortSignal): Promise<ClusterImages | undefined> {
    const profile = await this.profiles.read(name);
    return profile && platformOf(profile.runtime).images(this.placeOf(profile), signal);
  }

  private placeOf(profile: Profile): Place {
    return { home: this.home, engines: this.engines, profile };
  }

  private async withNode(name: string, node: string): Promise<Profile> {
    const profile = await this.profiles.read(name);
    if (profile?.nodes.some((candidate) => candidate.name === node)) return profile;
    throw new EngineError('NodeNotFound', `profile ${name} has no node ${node}`);
  }
}
