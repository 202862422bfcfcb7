/**
 * Bundles the agent: `node agent/image/bundle.ts` writes `dist/agent/agent.js`, and beside it `supervisor.js` and a few
 * files that the agent loads only when it needs them (`await import(...)`) or runs as a thread (`new Worker(new
 * URL('./x.ts', import.meta.url))`).
 */
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** dockerode uses these for engines over SSH and BuildKit over gRPC; a node has the engine's socket. */
const unused = /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)(\/.*)?$/;
const dockerode = /[\\/]node_modules[\\/](dockerode|docker-modem)[\\/]/;

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: unused }, ({ path, importer }) =>
      dockerode.test(importer) ? { path, namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

const threadUrl = /new URL\((['"])\.\/([\w./-]+)\.ts\1, import\.meta\.url\)/g;

/** Threads become entry points of the bundle, next to `agent.js`. */
const threads: Plugin = {
  name: 'threads',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]agent[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        threadUrl,
        (_, quote, name) => `new URL(${quote}./${name.split('/').pop()}.js${quote}, import.meta.url)`,
      ),
      loader: 'ts',
    }));
  },
};

/**
 * An ES module that imports Node's `http` makes Node read all of its exports, among them the `WebSocket` of undici: a
 * third of the time in which an agent loads, and ten megabytes. `require` leaves them unread.
 */
const requiredHttp: Plugin = {
  name: 'required-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
      loader: 'js',
    }));
  },
};

function findThreads(): string[] {
  return globSync('agent/!(image)/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(threadUrl)].map(([, , name]) =>
      join(root, dirname(file), `${name}.ts`),
    ),
  );
}

/**
 * In a bundle, the chunk of a CommonJS package exports only a default: `const { parse } = await import('yaml')` works
 * from source and yields undefined in the bundle. Import a module of ours instead, which imports the package by name.
 */
function lateCommonJs({ inputs }: Metafile): string[] {
  return Object.values(inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ kind, path }) => kind === 'dynamic-import' && inputs[path]?.format === 'cjs')
    .map(({ path }) => path);
}

/** How esbuild makes the bundle; where it goes is missing. */
export const bundling = {
  absWorkingDir: root,
  entryPoints: [
    ...['agent.ts', 'supervisor.ts', 'load-balancer/load-balancer.ts'].map((file) => join(root, 'agent', file)),
    ...findThreads(),
  ],
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  metafile: true,
  plugins: [withoutUnused, requiredHttp, threads],
  // CommonJS dependencies load Node's own modules through `require`.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;

export async function bundleAgent(folder: string): Promise<void> {
  // Built in a new folder first: another process may be reading the old one.
  const fresh = `${folder}.${process.pid}`;
  const { metafile } = await build({ ...bundling, outdir: fresh });
  // Without it, Node would compile every file twice: as CommonJS first, to find out that it is none.
  writeFileSync(join(fresh, 'package.json'), '{"type":"module"}\n');
  const late = lateCommonJs(metafile);
  if (late.length > 0) {
    rmSync(fresh, { recursive: true });
    throw new Error(`CommonJS packages cannot be loaded with await import(): ${late.join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

if (process.argv[1] === import.meta.filename) await bundleAgent(join(root, 'dist/agent'));
