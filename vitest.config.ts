/** Six suites, from the one that needs nothing to the one that needs an engine and a browser. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, so that it is not waited for alone in the end. */
const longest = [
  'integration/projects/',
  'integration/matrix',
  'integration/crash',
  'labs/deployment',
  'labs/node-care',
  'labs/daemonset',
  'labs/pod',
  'cluster/durability',
  'labs/probe',
  'labs/jobs',
];
const rank = ({ moduleId }: TestSpecification): number => {
  const index = longest.findIndex((name) => moduleId.includes(name));
  return index < 0 ? longest.length : index;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Limits are for a busy machine: what they cut off hangs. Milliseconds. */
const suite = (name: string, timeout: number, options: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    testTimeout: timeout,
    hookTimeout: timeout,
    expect: { poll: { timeout: timeout / 3 } },
    ...options,
  },
});

export default defineConfig({
  plugins: [react()],
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      suite('unit', 30_000),
      // Most of it waits for kubectl.
      suite('integration', 120_000, { maxWorkers: 3 }),
      suite('cluster', 300_000, {
        // One cluster for all files; each lab has a namespace and a port of its own.
        globalSetup: ['test/cluster/setup.ts'],
        maxWorkers: 3,
        // Labs that go side by side within a file only wait.
        maxConcurrency: 16,
      }),
      // Each file has an engine of its own, see test/engine/own-engine.mjs.
      suite('engine', 240_000),
      // The same for Podman, which the other suites do not run on.
      suite('podman', 240_000),
      suite('app', 180_000, { fileParallelism: false, setupFiles: ['test/app/support/console-setup.ts'] }),
    ],
  },
});
