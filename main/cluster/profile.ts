/** A profile: what one cluster is made of, kept in `profile.json`, and its credentials in `pki/`. */
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterEntry } from '../kube/entries.ts';
import type { Home } from './home.ts';
import { contextOf } from './names.ts';
import type { ClusterPki, CredentialFiles } from './pki.ts';

export interface ProfileNode {
  name: string;
  role: 'control-plane' | 'worker';
  /** On the profile's network. */
  ip: string;
  podCIDR: string;
}

export interface Profile {
  name: string;
  runtime: 'docker' | 'simulated';
  /** Endpoint of the engine that has it, so that another one is not taken for it. */
  engine: string;
  network: { name: string; subnet: string };
  nodes: ProfileNode[];
  /** On 127.0.0.1. */
  apiPort: number;
  /** Per node; absent means what the engine has. Bytes. */
  cpus?: number;
  memory?: number;
}

/** What the kubeconfig is to say about it. */
export const entryOf = (profile: Profile, pki: ClusterPki): ClusterEntry => ({
  name: contextOf(profile.name),
  profile: profile.name,
  server: `https://127.0.0.1:${profile.apiPort}`,
  certificateAuthority: pki.authority.certificate,
  clientCertificate: pki.admin.certificate,
  clientKey: pki.admin.key,
});

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

export class Profiles {
  private readonly home: Home;

  constructor(home: Home) {
    this.home = home;
  }

  async names(): Promise<string[]> {
    try {
      return (await readdir(this.home.profiles)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async read(name: string): Promise<Profile | undefined> {
    try {
      return JSON.parse(await readFile(join(this.home.profile(name), 'profile.json'), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async write(profile: Profile): Promise<void> {
    await this.put(profile.name, 'profile.json', `${JSON.stringify(profile, null, 2)}\n`);
  }

  async readPki(name: string): Promise<ClusterPki | undefined> {
    try {
      return JSON.parse(await readFile(join(this.home.profile(name), 'pki.json'), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** In one file, so that there is never half of it; beside it the parts that people use by hand. */
  async writePki(name: string, pki: ClusterPki): Promise<void> {
    const parts: CredentialFiles = {
      'pki/ca.crt': pki.authority.certificate,
      'pki/admin.crt': pki.admin.certificate,
      'pki/admin.key': pki.admin.key,
    };
    await Promise.all(Object.entries(parts).map(([file, text]) => this.put(name, file, text)));
    await this.put(name, 'pki.json', JSON.stringify(pki));
  }

  async remove(name: string): Promise<void> {
    await rm(this.home.profile(name), { recursive: true, force: true });
  }

  private async put(profile: string, file: string, text: string): Promise<void> {
    const path = join(this.home.profile(profile), file);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, text, { mode: 0o600 });
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  }
}
