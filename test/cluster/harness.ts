/** A throwaway profile on the real engine, driven through the command line, with a home and a kubeconfig of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine } from '../../main/engine/engine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { findKubectls, type KubectlBinary, type KubectlResult, type RunOptions, runKubectl } from './kubectl.ts';

const command = resolve(import.meta.dirname, '../../main/cli/bin.mjs');

export interface SkiffResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A command that is still running. */
export interface RunningSkiff {
  process: ChildProcess;
  /** Resolves when it has written `text` to stderr; rejects where it ends before. */
  said(text: string): Promise<void>;
  result: Promise<SkiffResult>;
}

export interface Kubectl {
  binary: KubectlBinary;
  run(args: string[], options?: RunOptions): Promise<KubectlResult>;
}

export class TestCluster {
  readonly profile: string;
  /** The user's, so to speak. */
  readonly home: string;
  /** What Skiff keeps its files in. */
  readonly files: string;
  readonly kubeconfig: string;
  readonly env: NodeJS.ProcessEnv;
  #isClear = false;

  constructor(profile: string) {
    this.profile = profile;
    this.home = mkdtempSync(join(tmpdir(), `skiff-${profile}-`));
    this.files = join(this.home, 'skiff');
    this.kubeconfig = join(this.home, 'kubeconfig');
    // Assembling the image is what has to work without a registry, so that is what is tested.
    this.env = {
      ...process.env,
      SKIFF_HOME: this.files,
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

  /** The same, to be watched and signalled on its way. */
  run(...args: string[]): RunningSkiff {
    const child = spawn(process.execPath, [command, ...args, '--profile', this.profile], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    const result = new Promise<SkiffResult>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        child.stderr.on('data', () => stderr.includes(text) && resolve());
        child.on('close', () => reject(new Error(`ended before it said ${text}: ${stderr}`)));
      });
    child.stderr.on('data', (chunk) => (stderr += chunk));
    return { process: child, said, result };
  }

  /** Removes what a run that was killed has left of this profile; its files went with its home. */
  async clear(): Promise<void> {
    const { engine } = await findEngine();
    if (!engine || this.#isClear) return;
    this.#isClear = true;
    const { containers, networks, volumes } = await this.#belongings(engine);
    await Promise.all(containers.map(({ Id }) => engine.remove(Id)));
    // Two networks may have one name.
    await Promise.all(networks.map(({ Id }) => engine.removeNetwork(Id)));
    await Promise.all(volumes.map((name) => engine.removeVolume(name)));
  }

  /** What the engine has of this profile, by label or by name. */
  async footprint(): Promise<string[]> {
    const { engine } = await findEngine();
    if (!engine) throw new Error('no engine');
    const { containers, networks, volumes } = await this.#belongings(engine);
    return [
      ...containers.map(({ Names }) => `container ${Names[0]}`),
      ...networks.map(({ Name }) => `network ${Name}`),
      ...volumes.map((name) => `volume ${name}`),
    ].sort();
  }

  async #belongings(engine: Engine) {
    const [containers, networks, volumes, labelled] = await Promise.all([
      engine.containers([]),
      engine.networks(),
      engine.volumes([]),
      engine.volumes([`dev.skiff.profile=${this.profile}`]),
    ]);
    const ownName = new RegExp(`^/?skiff-${this.profile}(-|$)`);
    const isOurs = (name: string | undefined, labels: Record<string, string> | undefined) =>
      labels?.['dev.skiff.profile'] === this.profile || ownName.test(name ?? '');
    return {
      containers: containers.filter(({ Names, Labels }) => isOurs(Names[0], Labels)),
      networks: networks.filter(({ Name, Labels }) => isOurs(Name, Labels)),
      volumes: [...new Set([...labelled, ...volumes.filter((name) => ownName.test(name))])],
    };
  }

  /** Starts it, and rejects with what was printed where that fails. */
  async start(...args: string[]): Promise<SkiffResult> {
    await this.clear();
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

  /** What the newest kubectl prints; rejects with what it says where it fails. */
  async kubectl(args: string[], options?: RunOptions): Promise<string> {
    const newest = this.kubectls().at(-1);
    if (!newest) throw new Error('no kubectl on this machine');
    const { code, stdout, stderr } = await newest.run(args, options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
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
