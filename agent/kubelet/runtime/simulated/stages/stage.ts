/**
 * Simulated behaviour as data: in which state something is, how long it stays there, and what comes next.
 * After kwok's Stage, one level deeper: the kubelet above is the real one, so a stage moves what a container runtime has
 * (containers, images, what probes find), and the pod's status follows. https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */

/** What the expressions of a stage look at. */
export interface Subject {
  /** The pod's. */
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  container?: { name: string; image: string; init: boolean; state: ContainerState; restartCount: number };
  image?: { name: string };
}

export type ContainerState = 'created' | 'starting' | 'running' | 'stopping' | 'exited';

/** What a stage brings about, by what it is for. */
export interface Outcomes {
  /** A container leaves the state that it is in. */
  Container: { state: 'running' } | { state: 'exited'; exitCode: number; oomKilled?: boolean };
  /** A pod asks for an image. */
  Image: { present: true } | { present: false; message: string };
  /** A container runs; before the stage's delay is over its probes fail. */
  Probe: { success: boolean; output: string };
}
export type StageKind = keyof Outcomes;

export interface Requirement {
  /** A path into the subject, as kwok writes it: `.container.state`, `.metadata.annotations["simulated.skiff.dev/exit-after"]`. */
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[];
}

/** Milliseconds; `...From` is a path to a text such as `1500` or `1.5s`, which wins where it is there. */
export interface StageDelay {
  durationMilliseconds?: number;
  durationFrom?: string;
  /** The longest that it may take; the delay is then anywhere between the two. */
  jitterDurationMilliseconds?: number;
  jitterDurationFrom?: string;
}

export interface Stage<Kind extends StageKind = StageKind> {
  name: string;
  resourceRef: { kind: Kind };
  /** All must hold. */
  selector: { matchExpressions: readonly Requirement[] };
  /** Of the stages that match, one is drawn by weight; those without are drawn from only where no other has any. */
  weight?: number;
  /** None: at once. */
  delay?: StageDelay;
  next: Outcomes[Kind];
  /** Text of an annotation that overrides the exit code of `next`. */
  exitCodeFrom?: string;
}

export type AnyStage = Stage<'Container'> | Stage<'Image'> | Stage<'Probe'>;

/** The names on a path; undefined where the path is not one. */
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
  for (const from of [delay.durationFrom, delay.jitterDurationFrom, stage.exitCodeFrom]) {
    if (from !== undefined && !pathOf(from)) yield `${from} is not a path`;
  }
  const { durationMilliseconds: shortest = 0, jitterDurationMilliseconds: longest = shortest } = delay;
  if (shortest < 0 || longest < shortest) yield `a delay from ${shortest} to ${longest} ms is not possible`;
  if (weight < 0) yield `its weight ${weight} is negative`;
}

/** The stages as they are, once it is known that they can be played. Throws with everything that is wrong. */
export function defineStages(stages: readonly AnyStage[]): readonly AnyStage[] {
  const faults = stages.flatMap((stage) => [...faultsOf(stage)].map((fault) => `stage ${stage.name}: ${fault}`));
  const names = stages.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  faults.push(...twice.map((name) => `stage ${name} is there twice`));
  if (faults.length > 0) throw new Error(faults.join('; '));
  return stages;
}
