/**
 * `node main/cli/run.mjs test/bench/window/bench.ts`: measures a list of 20,000 pods at rest, scrolled, and under a
 * storm of changes. `--pods N` and `--changes N` (per second) set the load; `--json` prints JSON. Needs Chromium only.
 */
import { parseArgs } from 'node:util';
import { formatCount } from '../../../renderer/data/quantity.ts';
import { timed } from '../statistics.ts';
import { type Frames, heapSize, recordFrames } from './frames.ts';
import { openStage, reportStatus, type Stage } from './stage.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    pods: { type: 'string', default: '20000' },
    changes: { type: 'string', default: '500' },
  },
});
const pods = Number(values.pods);
const changes = Number(values.changes);

/** Sends status reports until the signal aborts. Resolves with the number per second. */
async function storm({ api }: Stage, signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  let sent = 0;
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - begun) / 1000) * changes);
    for (; sent < due && !signal.aborted; sent += 1) await reportStatus(api, (sent * 7919) % pods, 1 + sent);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return sent / ((performance.now() - begun) / 1000);
}

async function inStorm(stage: Stage, pixels: number): Promise<{ frames: Frames; rate: number }> {
  const stop = new AbortController();
  const rate = storm(stage, stop.signal);
  const frames = await recordFrames(stage, { frames: 400, pixels });
  stop.abort();
  return { frames, rate: await rate };
}

/** Time from the server's answer to a change until the window shows it, with all other pods in the list. */
async function untilShown({ page, api }: Stage): Promise<number> {
  await page.evaluate("document.querySelector('.table').scrollTop = 0");
  const restarts = 1_000_000 + Math.floor(performance.now());
  await reportStatus(api, 0, restarts);
  return timed(() => page.getByText(`${restarts} (`).waitFor());
}

const show = (value: number): string => value.toFixed(value >= 100 ? 0 : 1).padStart(9);

const columns = ['p50', 'p95', 'p99', 'janky', 'longTasks', 'longest', 'task', 'script', 'style', 'layout'] as const;

const stage = await openStage(pods);
try {
  const loaded = await timed(async () => {
    await stage.page.getByRole('button', { name: 'Pods', exact: true }).click();
    await stage.page.getByText(formatCount(pods), { exact: true }).first().waitFor();
  });
  const table: Record<string, Frames> = {};
  await recordFrames(stage, { frames: 120, pixels: 0 });
  table['at rest'] = await recordFrames(stage, { frames: 120, pixels: 0 });
  table['scrolled, 3 rows a frame'] = await recordFrames(stage, { frames: 400, pixels: 100 });
  table['scrolled, 12 rows a frame'] = await recordFrames(stage, { frames: 400, pixels: 408 });
  table['scrolled, a page a frame'] = await recordFrames(stage, { frames: 400, pixels: 2_000 });
  const resting = await inStorm(stage, 0);
  table['storm, at rest'] = resting.frames;
  const scrolling = await inStorm(stage, 100);
  table['storm, scrolled'] = scrolling.frames;
  const shown = await untilShown(stage);
  const heap = await heapSize(stage.devtools);
  const rates = { resting: resting.rate, scrolling: scrolling.rate };
  if (values.json) console.log(JSON.stringify({ pods, loaded, shown, heap, rates, table }, null, 2));
  else {
    console.log(
      `${pods} pods: listed within ${loaded.toFixed(0)} ms, a change shown after ${shown.toFixed(0)} ms, heap ${heap.toFixed(0)} MB, storms of ${rates.resting.toFixed(0)} and ${rates.scrolling.toFixed(0)} changes a second`,
    );
    console.log(`${'milliseconds'.padEnd(28)}${columns.map((column) => column.padStart(9)).join('')}`);
    for (const [name, frames] of Object.entries(table))
      console.log(`${name.padEnd(28)}${columns.map((column) => show(frames[column])).join('')}`);
  }
} finally {
  await stage.close();
}
