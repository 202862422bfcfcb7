/** Five suites, from the one that needs nothing to the one that needs an engine and a browser. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const suite = (name: string, options: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.{ts,tsx}`], ...options },
});

export default defineConfig({
  plugins: [react()],
  test: {
    projects: [
      suite('unit'),
      suite('integration', { testTimeout: 60_000, hookTimeout: 60_000 }),
      suite('cluster', {
        // One cluster for all files; each lab has a namespace and a port of its own.
        globalSetup: ['test/cluster/setup.ts'],
        maxWorkers: 3,
        testTimeout: 180_000,
        hookTimeout: 180_000,
      }),
      // Each file has an engine of its own, see test/engine/own-engine.mjs.
      suite('engine', { testTimeout: 240_000, hookTimeout: 240_000 }),
      suite('app', { fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000 }),
    ],
  },
});
