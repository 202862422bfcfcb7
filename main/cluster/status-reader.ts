/** What is there of a profile: looked at wherever it runs, and told also where it is damaged or its engine is not there. */
import type { ClusterStatus } from '../contract/clusters.ts';
import type { Engines } from './engines.ts';
import type { Home } from './home.ts';
import { platformOf } from './platforms.ts';
import { isDamaged, Profiles } from './profile.ts';
import { absent, damaged } from './status.ts';

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
      if (!profile) return absent(name);
      const place = { home: this.home, engines: this.engines, profile };
      return await platformOf(profile.runtime).status(place, pki, signal);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      return damaged(name, error);
    }
  }
}
