/** One kubectl as people type it, with a home of its own, in which it keeps what it has discovered. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type KubectlResult, runKubectl } from '../cluster/kubectl.ts';

export interface TypedKubectl {
  env(): NodeJS.ProcessEnv;
  /** Whatever comes of it. A line is split at its spaces. */
  run(line: string | readonly string[], input?: string): Promise<KubectlResult>;
  /** What a command says that must succeed. */
  both(line: string, input?: string): Promise<Pick<KubectlResult, 'stdout' | 'stderr'>>;
  /** The output of a command that must succeed. */
  kubectl(line: string, input?: string): Promise<string>;
  /** `get('deployment web', '.spec.replicas')` */
  get(what: string, jsonPath: string): Promise<string>;
}

/**
 * Call it in a suite, before the hooks that use it. Both functions are asked at every command; without `namespace` it
 * is `default`.
 */
export function typedKubectl(path: string, kubeconfig: () => string, namespace?: () => string): TypedKubectl {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'skiff-kubectl-'));
  });
  afterAll(() => rm(home, { recursive: true }));
  const env = () => ({ ...process.env, KUBECONFIG: kubeconfig(), HOME: home });
  const run: TypedKubectl['run'] = (line, input = '') => {
    const words = typeof line === 'string' ? line.split(' ') : line;
    return runKubectl(path, [...(namespace ? ['-n', namespace()] : []), ...words], env(), { input });
  };
  const both: TypedKubectl['both'] = async (line, input) => {
    const { code, stdout, stderr } = await run(line, input);
    expect(`${code} ${code === 0 ? '' : stderr}`, `kubectl ${line}`).toBe('0 ');
    return { stdout, stderr };
  };
  const kubectl: TypedKubectl['kubectl'] = async (line, input) => (await both(line, input)).stdout;
  return { env, run, both, kubectl, get: (what, jsonPath) => kubectl(`get ${what} -o jsonpath={${jsonPath}}`) };
}
