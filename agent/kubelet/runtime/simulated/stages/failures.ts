/**
 * Failures and loads that a simulated pod requests by annotation. A duration is `1500` (milliseconds) or `1.5s`.
 *
 * | annotation `simulated.skiff.dev/` | what happens |
 * |---|---|
 * | `exit-after` | each container ends that long after its start, with `exit-code` (1 where not given) |
 * | `out-of-memory-after` | each container is killed for its memory |
 * | `image-pull-fails` | its images cannot be pulled |
 * | `ready-after`, `ready-before` | probes fail until then; with both, until a moment between the two |
 * | `probes-fail` | probes never pass |
 * | `cpu-usage`, `memory-usage` | what each container uses, as quantities (`250m`, `64Mi`) |
 */
import { type AnyStage, defineStages, type Requirement } from './stage.ts';

const annotation = (name: string): string => `.metadata.annotations["simulated.skiff.dev/${name}"]`;
const asked = (name: string): Requirement => ({ key: annotation(name), operator: 'Exists' });
const running: readonly Requirement[] = [
  { key: '.container.state', operator: 'In', values: ['running'] },
  { key: '.container.init', operator: 'In', values: ['false'] },
];

export const failureStages = defineStages([
  {
    name: 'container-exits',
    resourceRef: { kind: 'Container' },
    selector: { matchExpressions: [...running, asked('exit-after')] },
    weight: 1,
    delay: { durationFrom: annotation('exit-after') },
    exitCodeFrom: annotation('exit-code'),
    next: { state: 'exited', exitCode: 1 },
  },
  {
    name: 'container-runs-out-of-memory',
    resourceRef: { kind: 'Container' },
    selector: { matchExpressions: [...running, asked('out-of-memory-after')] },
    weight: 1,
    delay: { durationFrom: annotation('out-of-memory-after') },
    next: { state: 'exited', exitCode: 137, oomKilled: true },
  },
  {
    name: 'image-cannot-be-pulled',
    resourceRef: { kind: 'Image' },
    selector: { matchExpressions: [asked('image-pull-fails')] },
    weight: 1,
    next: { present: false, message: 'the image is simulated to be out of reach' },
  },
  {
    name: 'probe-passes-late',
    resourceRef: { kind: 'Probe' },
    selector: { matchExpressions: [asked('ready-after')] },
    weight: 1,
    delay: { durationFrom: annotation('ready-after'), jitterDurationFrom: annotation('ready-before') },
    next: { success: true, output: '' },
  },
  ...['cpu-usage', 'memory-usage'].map(
    (name): AnyStage => ({
      name: `container-has-${name}`,
      resourceRef: { kind: 'Usage' },
      selector: { matchExpressions: [asked(name)] },
      weight: 1,
      cpuFrom: annotation('cpu-usage'),
      memoryFrom: annotation('memory-usage'),
      next: { cpu: '1m', memory: '4Mi' },
    }),
  ),
  {
    name: 'probe-fails',
    resourceRef: { kind: 'Probe' },
    selector: { matchExpressions: [asked('probes-fail')] },
    weight: 1,
    next: { success: false, output: 'the probe is simulated to fail' },
  },
]);
