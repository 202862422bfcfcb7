/** Plays stages: draws one, waits for its delay, and reports its outcome. */

import type { Quantity } from '../../../../api/quantity.ts';
import type { Clock } from '../../../../clock.ts';
import { chooseStage, delayOf, exitCodeOf, quantityAt } from './choose.ts';
import type { AnyStage, Outcomes, StageKind, Subject } from './stage.ts';

export interface PlayerOptions {
  stages: readonly AnyStage[];
  clock: Clock;
  /** Numbers in [0, 1). */
  random(): number;
}

/** A drawn outcome, and its delay in milliseconds. */
export interface Drawn<Kind extends StageKind> {
  outcome: Outcomes[Kind];
  delay: number;
}

export interface Player {
  /** Undefined if no stage matches. */
  draw<Kind extends StageKind>(kind: Kind, subject: Subject): Drawn<Kind> | undefined;
  /** What a container uses; undefined if no stage matches. */
  usage(subject: Subject): { cpu: Quantity; memory: Quantity } | undefined;
  /** Draws, and calls `next` after the delay: in the same turn if there is no delay, never if no stage matches. */
  play<Kind extends StageKind>(kind: Kind, subject: Subject, next: (outcome: Outcomes[Kind]) => void): () => void;
}

const nothing = (): void => {};

export function createPlayer({ stages, clock, random }: PlayerOptions): Player {
  const draw = <Kind extends StageKind>(kind: Kind, subject: Subject): Drawn<Kind> | undefined => {
    const stage = chooseStage(stages, kind, subject, random);
    if (!stage) return undefined;
    const { next } = stage;
    const outcome = 'exitCode' in next ? { ...next, exitCode: exitCodeOf(stage, subject, next.exitCode) } : next;
    return { outcome, delay: delayOf(stage, subject, random) };
  };
  return {
    draw,
    usage(subject) {
      const stage = chooseStage(stages, 'Usage', subject, random);
      if (!stage) return undefined;
      const { cpuFrom, memoryFrom, next } = stage;
      return { cpu: quantityAt(subject, cpuFrom, next.cpu), memory: quantityAt(subject, memoryFrom, next.memory) };
    },
    play(kind, subject, next) {
      const drawn = draw(kind, subject);
      if (!drawn) return nothing;
      const { outcome, delay } = drawn;
      if (delay > 0) return clock.after(delay, () => next(outcome));
      next(outcome);
      return nothing;
    },
  };
}
