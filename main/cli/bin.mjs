#!/usr/bin/env node
// The `skiff` command from a checkout: sets up what is missing, then runs on Node 24 or newer.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { modernNode, prepare, root } from './bootstrap.mjs';

await prepare(['dependencies', 'agent'], { quiet: true });
const program = join(root, 'main/cli/skiff.ts');
if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv[1] = program;
  await import('./skiff.ts');
} else {
  const child = spawn(modernNode(), [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; this process waits for what it makes of it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
