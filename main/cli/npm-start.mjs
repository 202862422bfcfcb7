// `npm start`: sets everything up, finds an engine, opens the window and boots the default profile.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { electronBinary, hasDisplay, modernNode, prepare, root } from './bootstrap.mjs';

/** Electron if it can open a window; otherwise one line that says why, and the same window in a browser. */
function shell(flags) {
  const electron = electronBinary();
  if (electron && hasDisplay()) {
    // Chromium refuses to run its sandbox as root.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return { program: electron, args: [...asRoot, root, ...flags] };
  }
  const reason = hasDisplay() ? 'Electron has not been downloaded' : 'there is no display';
  process.stderr.write(`${reason}: the window opens in a browser instead\n`);
  return { program: modernNode(), args: [join(root, 'dist/main/index.js'), '--web', ...flags] };
}

try {
  await prepare(['dependencies', 'terminals', 'agent', 'cli', 'window', 'electron']);
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
// The window opens without an engine too: it shows where Skiff looked, and offers simulated nodes.
const engine = spawnSync(modernNode(), [join(root, 'dist/cli/skiff.js'), 'engine', '--install'], { stdio: 'inherit' });
// Ctrl-C at the question ends the whole start.
if (engine.status === 130) process.exit(130);
const { program, args } = shell(['--terminal', ...process.argv.slice(2)]);
const child = spawn(program, args, { stdio: 'inherit', cwd: root });
// The terminal sends Ctrl-C to the child too, which leaves the cluster running and says so.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
