/** Reads the status of a profile on whichever platform, also if its files are damaged or its engine is missing. */
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

  /** A damaged profile is a status of its own, so that it does not hide the others. */
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
