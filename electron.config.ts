/** The three bundles of the app: `electron-vite build --config electron.config.ts`. */
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const here = (path: string): string => resolve(import.meta.dirname, path);
/** Native, or loaded where it is installed; everything else is bundled. */
const external = ['electron', 'node-pty', 'ssh2', 'cpu-features', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

export default defineConfig({
  main: {
    build: {
      outDir: here('dist/main'),
      target: 'node24',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: here('main/index.ts') },
        external,
        // Flat, so that what looks for its folder finds the same one in every chunk.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: here('dist/preload'),
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: here('main/electron/preload.ts') },
        external: ['electron'],
        // A sandboxed preload script is loaded as CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('renderer'),
    plugins: [react()],
    build: {
      outDir: here('dist/renderer'),
      emptyOutDir: true,
      minify: true,
      rollupOptions: { input: here('renderer/index.html') },
    },
  },
});
