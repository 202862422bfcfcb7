/**
 * Runs trials on inputs that a seed makes. `SKIFF_FUZZ_SEED` begins elsewhere, `SKIFF_FUZZ_TRIALS` takes that many
 * times as many, and `SKIFF_FUZZ_SLOWEST` prints which trial of each kind took longest.
 */
import { messageOf } from '../../../../agent/api/errors.ts';
import { Random } from './random.ts';

const firstSeed = Number(process.env.SKIFF_FUZZ_SEED ?? 1);
const times = Number(process.env.SKIFF_FUZZ_TRIALS ?? 1);
const tellsSlowest = process.env.SKIFF_FUZZ_SLOWEST !== undefined;

/** As many as anybody reads. */
const mostFailures = 10;

/** Throws where the input is treated wrongly. */
export type Trial = (random: Random) => unknown;

/** Of the whole suite; a run that somebody asked to take longer may. */
export const timeLimit = 60_000 * Math.max(1, times);

/** How many trials a number of the suite means. */
export const trialsOf = (count: number): number => Math.ceil(count * times);

/** Each trial has a seed of its own, with which it can be repeated alone. Throws where some fail. */
export async function fuzz(name: string, count: number, trial: Trial): Promise<void> {
  let slowest = { seed: 0, milliseconds: 0 };
  const failures: Error[] = [];
  for (let seed = firstSeed; seed < firstSeed + trialsOf(count); seed += 1) {
    const started = performance.now();
    try {
      await trial(new Random(seed));
    } catch (cause) {
      failures.push(new Error(`${name}, SKIFF_FUZZ_SEED=${seed}: ${messageOf(cause)}`, { cause }));
      if (failures.length === mostFailures) break;
    }
    const milliseconds = performance.now() - started;
    if (milliseconds > slowest.milliseconds) slowest = { seed, milliseconds };
  }
  const [first] = failures;
  if (first) throw new Error(failures.map(({ message }) => message).join('\n'), { cause: first.cause });
  if (tellsSlowest) console.info(`${name}: seed ${slowest.seed} took ${slowest.milliseconds.toFixed(1)} ms`);
}

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** What `attempt` gives, undefined where it throws one of those errors. */
export function unlessRefused<Result>(refusals: readonly ErrorClass[], attempt: () => Result): Result | undefined {
  try {
    return attempt();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return undefined;
    throw error;
  }
}
