#!/usr/bin/env node
import { spawn } from 'node:child_process';
// The `skiff` command from a checkout: sets up what is missing, then runs on Node 24 or newer.
import nodeModule from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modernNode, prepare, root } from './bootstrap.mjs';

try {
  await prepare(['dependencies', 'agent', 'cli', ...(process.argv.includes('dashboard') ? ['window'] : [])]);
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
const program = join(root, 'dist/cli/skiff.js');
if (modernNode() === process.execPath) {
  nodeModule.enableCompileCache?.(join(root, 'dist/.cache'));
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else {
  const child = spawn(modernNode(), [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to the child too; this process waits for the child to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
