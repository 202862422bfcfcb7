/** What is in a cluster: what its nodes use and write, shells in them, images for its pods. */
import type { Usage } from '../contract/app.ts';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import type { OwnConnection } from '../kube/client.ts';
import { quoted } from '../quoted.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from '../terminal/session.ts';
import { connectAsAdmin } from './admin.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import { labels, nodeImageLabel } from './names.ts';
import { openNodeShell } from './node-shell.ts';
import { type Profile, Profiles } from './profile.ts';
import { NodesProcess } from './simulated/nodes-process.ts';
import { measureContainers } from './usage.ts';

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
    // Their process is not on an engine that could measure it.
    if (profile?.runtime === 'simulated') return { cpu: 0, memory: 0 };
    return measureContainers(await this.engines.of(profile, signal), `${labels.profile}=${name}`, signal);
  }

  /** Undefined where there is no such profile. The caller closes it. */
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
    if (profile.runtime === 'simulated')
      throw simulated(`${node} is simulated: there is nothing in it to open a shell in`);
    return openNodeShell(await this.engines.of(profile, signal), node, size, events, signal);
  }

  /** What the agent of a node wrote; the nodes of a simulated cluster write one log together. */
  async nodeLog(
    name: string,
    node: string,
    options: LogOptions,
    write: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const profile = await this.withNode(name, node);
    if (profile.runtime !== 'simulated') {
      const engine = await this.engines.of(profile, signal);
      return engine.log(node, options, write, signal);
    }
    const nodes = new NodesProcess(this.home.profile(name));
    if (options.follow)
      throw simulated('the log of simulated nodes is a file', `Follow it with \`tail -f ${quoted(nodes.log)}\`.`);
    const lines = await nodes.lastLines(options.tail ?? Number.POSITIVE_INFINITY);
    write(lines.map((line) => `${line}\n`).join(''));
  }

  /** All that pods can use at once, by name, without those that Skiff made for itself; undefined where there is no such profile. */
  async images(name: string, signal: AbortSignal): Promise<ImageOnEngine[] | undefined> {
    const profile = await this.profiles.read(name);
    if (!profile) return undefined;
    if (profile.runtime === 'simulated') throw simulated('simulated nodes run no images');
    return usableImages(await this.engines.of(profile, signal), signal);
  }

  private async withNode(name: string, node: string): Promise<Profile> {
    const profile = await this.profiles.read(name);
    if (profile?.nodes.some((candidate) => candidate.name === node)) return profile;
    throw new EngineError('NodeNotFound', `profile ${name} has no node ${node}`);
  }
}

const simulated = (message: string, hint?: string) => new EngineError('Simulated', message, hint ? { hint } : {});

async function usableImages({ images }: Engine, signal: AbortSignal): Promise<ImageOnEngine[]> {
  const [all, own] = await Promise.all([images.list([], signal), images.list([nodeImageLabel], signal)]);
  const ours = new Set(own.map(({ Id }) => Id));
  return all
    .filter(({ Id }) => !ours.has(Id))
    .flatMap(({ Id, RepoTags, Size }) =>
      (RepoTags ?? [])
        .filter((tag) => tag !== '<none>:<none>')
        .map((tag) => ({ name: tag, id: Id.replace('sha256:', '').slice(0, 12), size: Size })),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}
