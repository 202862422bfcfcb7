/** What a lab needs: a namespace of its own on the shared test cluster, and one kubectl to do everything with. */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, inject } from 'vitest';
import { kubectls } from '../obstacles.ts';
import { followKubectl, type KubectlBinary, type RunOptions, runKubectl } from './kubectl.ts';

const folder = join(import.meta.dirname, '..', 'labs');

/** Longest pause between two looks, milliseconds: a kubectl that is started again and again would keep a core busy. */
const longestPause = 600;

/** Retries until `check` passes; its last error is what a timeout shows. */
export async function eventually<T>(check: () => T | Promise<T>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, longestPause)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(pause);
  }
}

/** The body that answers on the user's localhost; rejects where nothing does. A connection of its own each time. */
export function page(port: number, patience = 5000): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, agent: false, timeout: patience }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`HTTP ${response.statusCode} on ${port}`)),
      );
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer on ${port} within ${patience} ms`)));
    request.on('error', reject);
  });
}

const labsWithPort = ['service', 'replicaset', 'deployment', 'blue-green'];

/** The cluster that a lab is in. */
interface Surroundings {
  kubeconfig: string;
  home: string;
}

export class Lab {
  readonly namespace: string;
  readonly binary: KubectlBinary;
  readonly env: NodeJS.ProcessEnv;
  /** Stands in for the lab's 30080, as labs and clients go through their steps side by side. */
  readonly port: number;

  constructor(name: string, binary: KubectlBinary, { kubeconfig, home }: Surroundings) {
    this.binary = binary;
    this.port = 30080 + 16 * Math.max(0, labsWithPort.indexOf(name)) + kubectls.indexOf(binary);
    this.namespace = `${name}-${binary.version.replace(/^v/, '').replaceAll('.', '-')}`;
    this.env = { ...process.env, KUBECONFIG: kubeconfig, HOME: home };
  }

  /** Runs kubectl in the lab's namespace and resolves with what it printed; rejects where it fails. */
  async kubectl(args: string | string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(args, options);
    if (result.code !== 0) {
      throw new Error(`kubectl ${args} exited with ${result.code}: ${result.stderr}${result.stdout}`);
    }
    return result.stdout;
  }

  run(args: string | string[], options: RunOptions = {}) {
    return runKubectl(this.binary.path, this.arguments(args), this.env, options);
  }

  follow(args: string | string[]) {
    return followKubectl(this.binary.path, this.arguments(args), this.env);
  }

  /** With the namespace first, so that what follows `--` stays a container's. */
  arguments(args: string | string[]): string[] {
    return ['-n', this.namespace, ...(typeof args === 'string' ? args.split(' ') : args)];
  }

  /** A lab's manifest, on the lab's own port. */
  manifest(file: string): string {
    return readFileSync(join(folder, file), 'utf8').replaceAll('30080', String(this.port));
  }

  apply(file: string): Promise<string> {
    return this.kubectl('apply -f -', { input: this.manifest(file) });
  }

  async json<T>(args: string): Promise<T> {
    return JSON.parse(await this.kubectl(`${args} -o json`));
  }

  ready(resource: string, seconds = 120): Promise<string> {
    return this.kubectl(`wait --for=condition=Ready ${resource} --timeout=${seconds}s`, {
      timeout: (seconds + 10) * 1000,
    });
  }
}

/**
 * A lab in a fresh namespace, made before the tests of the describe block and deleted after them. On the cluster that
 * all files share, unless it says which: whoever takes nodes down needs one of its own.
 */
export function useLab(name: string, binary: KubectlBinary, cluster: Surroundings = inject('cluster')): Lab {
  const lab = new Lab(name, binary, cluster);
  beforeAll(async () => {
    await lab.kubectl(['create', 'namespace', lab.namespace]);
    await eventually(() => lab.kubectl('get serviceaccount default'));
  });
  afterAll(async () => {
    // Nobody waits for it: what does not heed SIGTERM has half a minute to end, and nothing comes after.
    await lab.kubectl(['delete', 'namespace', lab.namespace, '--wait=false']);
  });
  return lab;
}

declare module 'vitest' {
  interface ProvidedContext {
    cluster: { kubeconfig: string; home: string; profile: string };
  }
}
