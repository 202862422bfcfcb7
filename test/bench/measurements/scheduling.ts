/** Measures how many pods a second the scheduler assigns, in a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Figures } from '../measurement.ts';

const program = join(import.meta.dirname, '..', 'scheduling.ts');

export async function measureScheduling(figures: Figures, runs = 3): Promise<void> {
  for (const [pods, nodes] of [
    [1000, 100],
    [10_000, 5000],
  ] as const) {
    for (let run = 0; run < runs; run += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [program, String(pods), String(nodes)]);
      figures.add(`${pods} pods assigned to ${nodes} nodes`, '1/s', JSON.parse(stdout).podsPerSecond);
    }
  }
}
