/** What the page's main thread does per frame while something happens in the page. */
import type { CDPSession, Page } from 'playwright';
import { quantile } from '../statistics.ts';

export interface Frames {
  /** Milliseconds from one frame to the next. */
  p50: number;
  p95: number;
  p99: number;
  /** Frames that came more than 50 ms after the one before. */
  janky: number;
  /** Tasks of the main thread longer than 50 ms, and the longest task. */
  longTasks: number;
  longest: number;
  /** Milliseconds of CPU of the main thread per frame, in total and by kind of work. */
  task: number;
  script: number;
  style: number;
  layout: number;
}

interface Recording {
  deltas: number[];
  tasks: number[];
}

/** Runs in the page for a number of frames. Moves the list by `pixels` in each frame; 0 only watches. */
const record = `(frames, pixels) => new Promise((resolve) => {
  const table = document.querySelector('.table');
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ entryTypes: ['longtask'] });
  const deltas = [];
  let before;
  let direction = 1;
  const step = (now) => {
    if (before !== undefined) deltas.push(now - before);
    before = now;
    const room = table.scrollHeight - table.clientHeight;
    if (table.scrollTop >= room - 1) direction = -1;
    if (table.scrollTop <= 0) direction = 1;
    if (pixels) table.scrollTop += direction * pixels;
    if (deltas.length < frames) return requestAnimationFrame(step);
    observer.disconnect();
    resolve({ deltas, tasks });
  };
  requestAnimationFrame(step);
})`;

async function durations(devtools: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
}

export async function recordFrames(
  { page, devtools }: { page: Page; devtools: CDPSession },
  { frames, pixels }: { frames: number; pixels: number },
): Promise<Frames> {
  const before = await durations(devtools);
  const { deltas, tasks } = await page.evaluate<Recording>(`(${record})(${frames}, ${pixels})`);
  const after = await durations(devtools);
  const perFrame = (name: string) => ((after[name] ?? 0) - (before[name] ?? 0)) / frames;
  return {
    p50: quantile(deltas, 0.5),
    p95: quantile(deltas, 0.95),
    p99: quantile(deltas, 0.99),
    janky: deltas.filter((delta) => delta > 50).length,
    longTasks: tasks.length,
    longest: Math.max(0, ...tasks),
    task: perFrame('TaskDuration'),
    script: perFrame('ScriptDuration'),
    style: perFrame('RecalcStyleDuration'),
    layout: perFrame('LayoutDuration'),
  };
}

/** Megabytes of JavaScript objects after a garbage collection. */
export async function heapSize(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}
