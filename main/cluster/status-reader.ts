/** What is there of a profile: looked at wherever it runs, and told also where it is damaged or its engine is not there. */
import type { ClusterStatus } from '../contract/clusters.ts';
import { EngineError } from '../engine/errors.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import type { ClusterPki } from './pki.ts';
import { isDamaged, type Profile, Profiles } from './profile.ts';
import { NodesProcess } from './simulated/nodes-process.ts';
import { readSimulatedStatus } from './simulated/status.ts';
import { absent, damaged, readStatus, unreachable } from './status.ts';

/** An engine that was there a moment ago tells what it runs in this time; milliseconds. */
const enginePatience = 15_000;

export class StatusReader {
  private readonly home: Home;
  private readonly engines: Engines;
  private readonly profiles: Profiles;

  constructor(home: Home, engines: Engines) {
    this.home = home;
    this.engines = engines;
    this.profiles = new Profiles(home);
  }

  /** The other profiles are none the worse for one that is damaged. */
  async of(name: string, signal: AbortSignal): Promise<ClusterStatus> {
    try {
      const [profile, pki] = await Promise.all([this.profiles.read(name), this.profiles.readPki(name)]);
      return profile ? await this.lookInto(profile, pki, signal) : absent(name);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      return damaged(name, error);
    }
  }

  private async lookInto(profile: Profile, pki: ClusterPki | undefined, signal: AbortSignal): Promise<ClusterStatus> {
    if (profile.runtime === 'simulated') {
      return readSimulatedStatus(new NodesProcess(this.home.profile(profile.name)), profile, pki, signal);
    }
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(enginePatience)]);
    try {
      return await readStatus(await this.engines.of(profile, inTime), profile, pki, inTime);
    } catch (error) {
      signal.throwIfAborted();
      const problem = inTime.aborted ? silent(profile) : error;
      if (!(problem instanceof EngineError)) throw error;
      // The other profiles are none the worse for it.
      this.engines.forget();
      return unreachable(profile, problem);
    }
  }
}

const silent = ({ engine }: Profile) =>
  new EngineError(
    'EngineSilent',
    `the engine at ${engine} is there, but did not answer within ${enginePatience / 1000} s`,
    {
      hint: 'Start it anew: it may hang, or its disk may be full.',
    },
  );
