/**
 * `npm run bench`: one table of all figures, medians of several runs.
 * `-- --json` prints it as JSON, `-- --runs N` sets the number of runs.
 */
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildTestImages } from '../images/build.ts';
import { BenchCluster } from './cluster.ts';
import { Figures } from './measurement.ts';
import { measureFanOut, measureList, measureWrites } from './measurements/api.ts';
import { measureBoot, measureResume } from './measurements/boot.ts';
import { measureHostile } from './measurements/hostile.ts';
import { measureIdle } from './measurements/idle.ts';
import { measureExits, measureManyPods, measureProbeTicks, measureStartRatio } from './measurements/kubelet.ts';
import { measureLogs } from './measurements/logs.ts';
import { measureManagedFields } from './measurements/managed-fields.ts';
import { measureIngress, measureRules } from './measurements/network.ts';
import { measureScale } from './measurements/scale.ts';
import { measureScheduling } from './measurements/scheduling.ts';
import { measureWebhooks } from './measurements/webhooks.ts';
import { measurePodStart, measureServiceStart } from './measurements/workload.ts';
import { median } from './statistics.ts';
import { row, titles } from './table.ts';

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
  await measureStartRatio(cluster, figures, 7);
  await measureServiceStart(cluster, figures, 5);
  await measureExits(cluster, figures, 50);
  await measureProbeTicks(cluster, figures, { pods: 10, seconds: 20 });

  await measureWrites(cluster, 1, figures);
  await measureWrites(cluster, 100, figures);
  await measureFanOut(cluster, figures);
  await measureList(cluster, figures);
  // Last: the engine is busy for some time after the pods have gone.
  await measureManyPods(cluster, figures, 100, 20);
  await measureManyPods(cluster, figures, 300);
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '3' } },
});
/** Images of nodes and workloads are made once per version, but a figure is what the user waits for every time. */
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
await measureScheduling(figures);
await measureScale(figures);
await measureManagedFields(figures);
await measureWebhooks(figures);
await measureLogs(figures);
await measureHostile(figures);
measureRules(figures);
await measureIngress(figures);
const machine = `${cpus().length} x ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`;
if (values.json) {
  const table = figures.all.map((figure) => ({ ...figure, median: median(figure.samples) }));
  console.log(JSON.stringify({ machine, figures: table }, null, 2));
} else {
  console.log(machine);
  console.log(titles);
  for (const figure of figures.all) console.log(row(figure));
}
