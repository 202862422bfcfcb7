/** `npm run bench`: one table of every figure, medians of several runs; `-- --json` prints it as JSON, `-- --runs N` sets how many. */
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildTestImages } from '../images/build.ts';
import { BenchCluster } from './cluster.ts';
import { type Figure, Figures } from './measurement.ts';
import { measureFanOut, measureList, measureWrites } from './measurements/api.ts';
import { measureBoot, measureResume } from './measurements/boot.ts';
import { measureIdle } from './measurements/idle.ts';
import { measureLogs } from './measurements/logs.ts';
import { measurePodStart, measureServiceStart } from './measurements/workload.ts';
import { median } from './statistics.ts';

async function measureProfile(nodes: number, last: boolean, figures: Figures): Promise<void> {
  const cluster = new BenchCluster();
  try {
    await measureBoot(cluster, nodes, figures);
    if (last) await measureIdle(cluster, nodes, figures);
    if (nodes !== 3) return;
    await measureResume(cluster, nodes, figures);
    if (last) await measureLoad(cluster, figures);
  } finally {
    await cluster.delete();
  }
}

async function measureLoad(cluster: BenchCluster, figures: Figures): Promise<void> {
  await measurePodStart(cluster, figures, 7);
  await measureServiceStart(cluster, figures, 5);
  await measureWrites(cluster, 1, figures);
  await measureWrites(cluster, 100, figures);
  await measureFanOut(cluster, figures);
  await measureList(cluster, figures);
}

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

function row(figure: Figure): string {
  const middle = median(figure.samples);
  const range = `${rounded(Math.min(...figure.samples))} .. ${rounded(Math.max(...figure.samples))}`;
  const verdict =
    figure.atMost === undefined
      ? ''
      : middle <= figure.atMost
        ? `<= ${figure.atMost} met`
        : `<= ${figure.atMost} MISSED`;
  return [
    figure.name.padEnd(58),
    rounded(middle).padStart(8),
    figure.unit.padEnd(11),
    String(figure.samples.length).padStart(4),
    range.padStart(20),
    verdict,
  ].join('  ');
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '3' } },
});
/** The images of nodes and workloads are made once per version; a figure says what a person waits for every time. */
async function warmUp(): Promise<void> {
  await buildTestImages();
  const cluster = new BenchCluster();
  try {
    await cluster.skiff('start', '--nodes', '1');
  } finally {
    await cluster.delete();
  }
}

const figures = new Figures();
const runs = Number(values.runs);
await warmUp();
for (let run = 1; run <= runs; run += 1) {
  for (const nodes of [1, 3]) await measureProfile(nodes, run === runs, figures);
}
await measureLogs(figures);
const machine = `${cpus().length} x ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
if (values.json) {
  const table = figures.all.map((figure) => ({ ...figure, median: median(figure.samples) }));
  console.log(JSON.stringify({ machine, figures: table }, null, 2));
} else {
  console.log(machine);
  console.log(`${'figure'.padEnd(58)}    median  unit          runs           min .. max  target`);
  for (const figure of figures.all) console.log(row(figure));
}
