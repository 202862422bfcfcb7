// Sets up and runs one of our TypeScript programs on the right Node: `node main/cli/run.mjs test/bench/bench.ts`.
import { spawnSync } from 'node:child_process';
import { modernNode, prepare, root } from './bootstrap.mjs';

await prepare(['dependencies', 'agent', 'cli']);
const { status } = spawnSync(modernNode(), process.argv.slice(2), { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
