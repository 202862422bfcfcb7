/** A throwaway profile on the real engine, driven through the command line, with a home and a kubeconfig of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findKubectls, type KubectlBinary, type KubectlResult, type RunOptions, runKubectl } from './kubectl.ts';

const command = resolve(import.meta.dirname, '../../main/cli/bin.mjs');

export interface SkiffResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Kubectl {
  binary: KubectlBinary;
  run(args: string[], options?: RunOptions): Promise<KubectlResult>;
}

export class TestCluster {
  readonly profile: string;
  readonly home: string;
  readonly kubeconfig: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(profile: string) {
    this.profile = profile;
    this.home = mkdtempSync(join(tmpdir(), `skiff-${profile}-`));
    this.kubeconfig = join(this.home, 'kubeconfig');
    // Assembling the image is what has to work without a registry, so that is what is tested.
    this.env = {
      ...process.env,
      SKIFF_HOME: this.home,
      KUBECONFIG: this.kubeconfig,
      HOME: this.home,
      SKIFF_OFFLINE: '1',
    };
  }

  /** `skiff ARGS --profile PROFILE`; resolves with whatever came of it. */
  skiff(...args: string[]): Promise<SkiffResult> {
    return new Promise((done, reject) => {
      execFile(
        process.execPath,
        [command, ...args, '--profile', this.profile],
        { env: this.env, timeout: 300_000, encoding: 'utf8' },
        (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') return reject(error);
          done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
        },
      );
    });
  }

  /** Starts it, and rejects with what was printed where that fails. */
  async start(...args: string[]): Promise<SkiffResult> {
    const result = await this.skiff('start', ...args);
    if (result.code !== 0) throw new Error(`skiff start exited with ${result.code}\n${result.stderr}${result.stdout}`);
    return result;
  }

  /** One runner for each kubectl on this machine, oldest first. */
  kubectls(): Kubectl[] {
    return findKubectls().map((binary) => ({
      binary,
      run: (args, options) => runKubectl(binary.path, args, this.env, options),
    }));
  }

  /** Deletes the profile and its home; rejects where `skiff delete` fails. */
  async delete(): Promise<void> {
    if (!existsSync(this.home)) return;
    const { code, stderr } = await this.skiff('delete');
    rmSync(this.home, { recursive: true, force: true });
    if (code !== 0) throw new Error(`skiff delete exited with ${code}\n${stderr}`);
  }
}

/** Starts a profile of three nodes. */
export async function startTestCluster(profile: string, ...args: string[]): Promise<TestCluster> {
  const cluster = new TestCluster(profile);
  try {
    await cluster.start(...args);
    return cluster;
  } catch (error) {
    await cluster.delete();
    throw error;
  }
}
