/** Bundles the `skiff` command into `dist/cli/skiff.js`: one file loads four times as fast as two hundred. */
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
/** dockerode uses these for SSH and gRPC, which an engine on this machine does not need. */
const unused = ['ssh2', 'cpu-features', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

await build({
  entryPoints: [join(root, 'main/cli/skiff.ts')],
  outdir: join(root, 'dist/cli'),
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  alias: Object.fromEntries(unused.map((name) => [name, './main/cli/unused.mjs'])),
  // CommonJS dependencies load Node's own modules through `require`.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
