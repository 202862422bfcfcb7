/** Chooses the stage of a subject and its duration. Pure, except for the numbers in [0, 1) that `random` yields. */
import { parseQuantity, type Quantity, tryParseQuantity } from '../../../../api/quantity.ts';
import { type AnyStage, pathOf, type Requirement, type Stage, type StageKind, type Subject } from './stage.ts';

function valueAt(subject: Subject, key: string): string | undefined {
  let value: unknown = subject;
  for (const step of pathOf(key) ?? []) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

function holds(subject: Subject, { key, operator, values = [] }: Requirement): boolean {
  const value = valueAt(subject, key);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isIn = value !== undefined && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}

const isOf =
  <Kind extends StageKind>(kind: Kind) =>
  (stage: AnyStage): stage is AnyStage & Stage<Kind> =>
    stage.resourceRef.kind === kind;

/** Returns undefined if no stage matches. */
export function chooseStage<Kind extends StageKind>(
  stages: readonly AnyStage[],
  kind: Kind,
  subject: Subject,
  random: () => number,
): Stage<Kind> | undefined {
  const matching = stages
    .filter(isOf(kind))
    .filter(({ selector }) => selector.matchExpressions.every((requirement) => holds(subject, requirement)));
  const total = matching.reduce((sum, { weight = 0 }) => sum + weight, 0);
  if (matching.length < 2) return matching[0];
  if (total === 0) return matching[Math.floor(random() * matching.length)];
  let left = random() * total;
  return matching.find(({ weight = 0 }) => {
    left -= weight;
    return weight > 0 && left < 0;
  });
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds; undefined if the text is not a duration. */
function parseDuration(text: string | undefined): number | undefined {
  const [, amount, unit = 'ms'] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)?$/.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (units[unit] ?? 1);
}

/** The delay of a stage, in milliseconds. */
export function delayOf({ delay }: Pick<Stage, 'delay'>, subject: Subject, random: () => number): number {
  if (!delay) return 0;
  const read = (key: string | undefined) => (key === undefined ? undefined : parseDuration(valueAt(subject, key)));
  const shortest = read(delay.durationFrom) ?? delay.durationMilliseconds ?? 0;
  const longest = read(delay.jitterDurationFrom) ?? delay.jitterDurationMilliseconds ?? shortest;
  return longest > shortest ? shortest + random() * (longest - shortest) : shortest;
}

/** The quantity in the annotation that the stage names, or `otherwise`. */
export function quantityAt(subject: Subject, key: string | undefined, otherwise: string): Quantity {
  const text = key === undefined ? undefined : valueAt(subject, key);
  return tryParseQuantity(text ?? otherwise) ?? parseQuantity(otherwise);
}

/** The exit code in the annotation that the stage names, or `otherwise`. */
export function exitCodeOf({ exitCodeFrom }: Pick<Stage, 'exitCodeFrom'>, subject: Subject, otherwise: number): number {
  const text = exitCodeFrom === undefined ? undefined : valueAt(subject, exitCodeFrom);
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : otherwise;
}
