/** A throwaway profile with its own home and kubeconfig, driven through the command line as a user would. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterPki } from '../../main/cluster/pki.ts';
import type { Profile } from '../../main/cluster/profile.ts';
import { BenchClient, readCredentials } from './client.ts';

const command = join(import.meta.dirname, '..', '..', 'main', 'cli', 'bin.mjs');

export class BenchCluster {
  readonly profile = 'bench';
  readonly home = mkdtempSync(join(tmpdir(), 'skiff-bench-'));
  readonly kubeconfig = join(this.home, 'kubeconfig');

  skiff(...args: string[]): Promise<void> {
    const child = spawn(process.execPath, [command, ...args, '--profile', this.profile], {
      env: { ...process.env, SKIFF_HOME: this.home, KUBECONFIG: this.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`skiff ${args.join(' ')} exited with ${code}\n${output}`)),
      );
    });
  }

  client(): BenchClient {
    return new BenchClient(readCredentials(this.kubeconfig));
  }

  /**
   * With the profile's own credentials, which are there before the kubeconfig: that is written once the API answers.
   */
  ownerClient(): BenchClient {
    const file = (name: string) =>
      JSON.parse(readFileSync(join(this.home, 'profiles', this.profile, `${name}.json`), 'utf8'));
    const { apiPort }: Pick<Profile, 'apiPort'> = file('profile');
    const { admin, authority }: Pick<ClusterPki, 'admin' | 'authority'> = file('pki');
    return new BenchClient({
      server: `https://127.0.0.1:${apiPort}`,
      ca: authority.certificate,
      cert: admin.certificate,
      key: admin.key,
    });
  }

  /** Ids of the profile's containers: nodes, containers of pods, port containers. */
  containers(role?: string): string[] {
    const filters = ['--filter', `label=dev.skiff.profile=${this.profile}`];
    if (role) filters.push('--filter', `label=dev.skiff.role=${role}`);
    return execFileSync('docker', ['ps', '-q', '--no-trunc', ...filters], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  }

  async delete(): Promise<void> {
    await this.skiff('delete');
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Repeats `attempt` every 10 ms until it succeeds; resolves with its result. */
export async function poll<T>(attempt: () => Promise<T>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
