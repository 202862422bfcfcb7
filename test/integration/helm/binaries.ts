/** The real Helm clients that this machine has, each with a home of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect } from 'vitest';
import { type KubectlResult, runKubectl } from '../../cluster/kubectl.ts';
import { skip } from '../../unless.ts';

export interface HelmBinary {
  /** `v4.1.4` */
  version: string;
  path: string;
}

/** The `helm` of the PATH, and those named in `SKIFF_TEST_HELM`; one per version, oldest first. */
function findHelms(): HelmBinary[] {
  const named = (process.env.SKIFF_TEST_HELM ?? '').split(delimiter).filter(Boolean);
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'helm'));
  const byVersion = new Map<string, string>();
  for (const path of [...named, ...onPath.filter((each) => existsSync(each))]) {
    byVersion.set(execFileSync(path, ['version', '--template', '{{ .Version }}'], { encoding: 'utf8' }), path);
  }
  return [...byVersion]
    .map(([version, path]) => ({ version, path }))
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

export interface Helm {
  /** Whatever comes of it. */
  run(...args: string[]): Promise<KubectlResult>;
  /** The output of a command that must succeed. */
  helm(...args: string[]): Promise<string>;
  /** What a command says that must fail, on one line. */
  refusal(...args: string[]): Promise<string>;
  close(): void;
}

export function createHelm({ path }: HelmBinary, kubeconfig: string, namespace: string): Helm {
  const home = mkdtempSync(join(tmpdir(), 'skiff-helm-'));
  const env = { ...process.env, HOME: home, KUBECONFIG: kubeconfig };
  const run: Helm['run'] = (...args) => runKubectl(path, ['--namespace', namespace, ...args], env);
  return {
    run,
    helm: async (...args) => {
      const { code, stdout, stderr } = await run(...args);
      expect(`${code} ${code === 0 ? '' : stderr}`, `helm ${args.join(' ')}`).toBe('0 ');
      return stdout;
    },
    refusal: async (...args) => {
      const { code, stderr } = await run(...args);
      expect(code, `helm ${args.join(' ')}`).toBe(1);
      return stderr.replaceAll(/\s+/g, ' ');
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A describe block for each Helm of this machine. */
export function withHelms(title: string, body: (binary: HelmBinary) => void): void {
  const helms = findHelms();
  if (helms.length > 0) describe.each(helms)(`${title} with Helm $version`, body);
  else skip('no helm was found')(`${title} with Helm`);
}
