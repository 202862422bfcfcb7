/**
 * Simulated behaviour as data: the state that a stage applies to, its duration, and the outcome. After kwok's Stage,
 * one level deeper: the kubelet above is the real one, so a stage changes what a container runtime has (containers,
 * images, probe results), and the pod's status follows.
 * https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */

/** The data that the expressions of a stage read. */
export interface Subject {
  /** The metadata of the pod. */
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  container?: { name: string; image: string; init: boolean; state: ContainerState; restartCount: number };
  image?: { name: string };
}

export type ContainerState = 'created' | 'starting' | 'running' | 'stopping' | 'exited';

/** The outcomes of a stage, by kind. */
export interface Outcomes {
  /** The next state of a container. */
  Container: { state: 'running' } | { state: 'exited'; exitCode: number; oomKilled?: boolean };
  /** The result of a request for an image. */
  Image: { present: true } | { present: false; message: string };
  /** The probe result of a running container; its probes fail until the stage's delay is over. */
  Probe: { success: boolean; output: string };
  /** What a running container uses: quantities. */
  Usage: { cpu: string; memory: string };
}
export type StageKind = keyof Outcomes;

export interface Requirement {
  /**
   * A path into the subject, as kwok writes it, e.g. `.container.state` or
   * `.metadata.annotations["simulated.skiff.dev/exit-after"]`.
   */
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

/** Milliseconds. `...From` is a path to a text such as `1500` or `1.5s`, which wins if it is present. */
export interface StageDelay {
  durationMilliseconds?: number;
  durationFrom?: string;
  /** The longest duration; the delay is then a random value between the two. */
  jitterDurationMilliseconds?: number;
  jitterDurationFrom?: string;
}

export interface Stage<Kind extends StageKind = StageKind> {
  name: string;
  resourceRef: { kind: Kind };
  /** A stage matches if all expressions hold. */
  selector: { matchExpressions: readonly Requirement[] };
  /**
   * One of the matching stages is drawn by weight. Stages without a weight are drawn only if no matching stage has one.
   */
  weight?: number;
  /** By default there is no delay. */
  delay?: StageDelay;
  next: Outcomes[Kind];
  /** Path to the text of an annotation that overrides the exit code of `next`. */
  exitCodeFrom?: string;
  /** The same for what a container uses. */
  cpuFrom?: string;
  memoryFrom?: string;
}

export type AnyStage = Stage<'Container'> | Stage<'Image'> | Stage<'Probe'> | Stage<'Usage'>;

/** The names on a path; undefined if the text is not a path. */
export function pathOf(key: string): string[] | undefined {
  const steps = [...key.matchAll(/\.([A-Za-z]+)|\["([^"\]]+)"\]/g)];
  const isWhole = steps.map(([text]) => text).join('') === key && key.startsWith('.');
  return isWhole ? steps.map(([, plain, quoted]) => plain ?? quoted ?? '') : undefined;
}

function* faultsOf(stage: AnyStage): Iterable<string> {
  const { delay = {}, weight = 0 } = stage;
  for (const { key, operator, values = [] } of stage.selector.matchExpressions) {
    if (!pathOf(key)) yield `${key} is not a path`;
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues !== values.length > 0) yield `${operator} ${takesValues ? 'needs' : 'takes no'} values`;
  }
  for (const from of [
    delay.durationFrom,
    delay.jitterDurationFrom,
    stage.exitCodeFrom,
    stage.cpuFrom,
    stage.memoryFrom,
  ]) {
    if (from !== undefined && !pathOf(from)) yield `${from} is not a path`;
  }
  const { durationMilliseconds: shortest = 0, jitterDurationMilliseconds: longest = shortest } = delay;
  if (shortest < 0 || longest < shortest) yield `a delay from ${shortest} to ${longest} ms is not possible`;
  if (weight < 0) yield `its weight ${weight} is negative`;
}

/** Checks stages and returns them. Throws an error that lists all their faults. */
export function defineStages(stages: readonly AnyStage[]): readonly AnyStage[] {
  const faults = stages.flatMap((stage) => [...faultsOf(stage)].map((fault) => `stage ${stage.name}: ${fault}`));
  const names = stages.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  faults.push(...twice.map((name) => `stage ${name} is there twice`));
  if (faults.length > 0) throw new Error(faults.join('; '));
  return stages;
}
