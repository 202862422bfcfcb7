/** A profile: what one cluster consists of (`profile.json`), and its credentials (`pki/`). */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeShape } from '../contract/clusters.ts';
import { EngineError } from '../engine/errors.ts';
import type { ClusterEntry } from '../kube/entries.ts';
import { codeOf } from '../lock-file.ts';
import { DamagedFile, readJsonIfExists, writeAtomically } from '../own-files.ts';
import { type Home, homeError } from './home.ts';
import { contextOf, isProfileName } from './names.ts';
import type { ClusterPki, CredentialFiles } from './pki.ts';

/** Of its shape, a node has what differs from the profile's. */
export interface ProfileNode extends NodeShape {
  name: string;
  role: 'control-plane' | 'worker';
  /** Address on the profile's network. */
  ip: string;
  podCIDR: string;
  /** It was added to a running cluster, which has signed its certificates. */
  joinsByToken?: boolean;
}

export interface Profile {
  name: string;
  runtime: 'docker' | 'simulated';
  /** Endpoint of the profile's engine, so that Skiff does not mistake another engine for it. */
  engine: string;
  network: { name: string; subnet: string };
  nodes: ProfileNode[];
  /** Absent: IPv4 alone. */
  ipFamily?: 'dual';
  /** Port of the API server on 127.0.0.1. */
  apiPort: number;
  /** Per node; absent means what the engine has. Memory in bytes. */
  cpus?: number;
  memory?: number;
  /**
   * Whether ordinary pods stay off the control plane: decided by the number of nodes at first, and kept when nodes come
   * and go. Absent in profiles whose nodes never changed.
   */
  taintsControlPlane?: boolean;
  /** How long the pods of a node may take to end when the node shuts down; absent: they stop with it. In seconds. */
  shutdown?: { gracePeriod: number; criticalPods: number };
  /** Where the etcd of several control planes comes from; absent: from this machine. */
  etcdImage?: string;
}

export const controlPlanesOf = ({ nodes }: Pick<Profile, 'nodes'>): ProfileNode[] =>
  nodes.filter(({ role }) => role === 'control-plane');

/** With workers, pods can run elsewhere. Without, the control planes have to take them all. */
export const taintsControlPlane = ({ taintsControlPlane: kept, nodes }: Profile): boolean =>
  kept ?? nodes.some(({ role }) => role === 'worker');

/** The profile's kubeconfig entry. */
export const entryOf = (profile: Profile, pki: ClusterPki): ClusterEntry => ({
  name: contextOf(profile.name),
  profile: profile.name,
  server: `https://127.0.0.1:${profile.apiPort}`,
  certificateAuthority: pki.authority.certificate,
  clientCertificate: pki.admin.certificate,
  clientKey: pki.admin.key,
});

const damagedCode = 'ProfileDamaged';

export const isDamaged = (error: unknown): error is EngineError =>
  error instanceof EngineError && error.code === damagedCode;

export class Profiles {
  private readonly home: Home;

  constructor(home: Home) {
    this.home = home;
  }

  /** Ignores files of other programs, such as `.DS_Store`. */
  async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.home.profiles, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isProfileName(entry.name))
        .map(({ name }) => name)
        .sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** Undefined if there is none; throws an error for which `isDamaged` is true if its file does not parse. */
  read(name: string): Promise<Profile | undefined> {
    return this.get(name, 'profile.json');
  }

  async write(profile: Profile): Promise<void> {
    await this.put(profile.name, 'profile.json', `${JSON.stringify(profile, null, 2)}\n`);
  }

  readPki(name: string): Promise<ClusterPki | undefined> {
    return this.get(name, 'pki.json');
  }

  /**
   * Writes all credentials to one file, so that there is never half of them, and beside it the files that people use by
   * hand.
   */
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

  private async get<T>(profile: string, file: string): Promise<T | undefined> {
    try {
      return await readJsonIfExists<T>(join(this.home.profile(profile), file));
    } catch (cause) {
      if (!(cause instanceof DamagedFile)) throw cause;
      throw new EngineError(damagedCode, cause.message, {
        hint: `Restore it from a backup if you have one; \`skiff delete --profile ${profile}\` removes what is left.`,
        cause,
      });
    }
  }

  private async put(profile: string, file: string, text: string): Promise<void> {
    const path = join(this.home.profile(profile), file);
    try {
      await writeAtomically(path, text);
    } catch (error) {
      throw homeError(path, error);
    }
  }
}
