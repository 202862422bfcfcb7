/** Serves the window on 127.0.0.1 and stays in the foreground until Ctrl-C. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export async function openDashboard(root: string, mode: 'open' | 'print'): Promise<void> {
  const args = [join(root, 'dist/main/index.js'), '--web', '--no-start', ...(mode === 'print' ? ['--no-open'] : [])];
  // The terminal sends Ctrl-C to the child too, which says that clusters keep running.
  process.on('SIGINT', () => {});
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 0));
  });
}
