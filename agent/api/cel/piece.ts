/** What programs are made of. */
import type { Steps } from '../json/steps.ts';
import type { Frame } from './frame.ts';
import type { Value } from './values.ts';

/** A part of a program: at once, or in steps. */
export type Piece =
  | { readonly loops: false; run(frame: Frame): Value }
  | { readonly loops: true; steps(frame: Frame): Steps<Value> };

export const atOnce = (run: (frame: Frame) => Value): Piece => ({ loops: false, run });
export const inSteps = (steps: (frame: Frame) => Steps<Value>): Piece => ({ loops: true, steps });

/** In steps, whichever it is. */
export function* evaluate(piece: Piece, frame: Frame): Steps<Value> {
  return piece.loops ? yield* piece.steps(frame) : piece.run(frame);
}

/** Where the variables of macros are, by name. */
export type Slots = ReadonlyMap<string, number>;

/** A slot of its own for each variable. */
export function withSlots(slots: Slots, names: readonly string[]): { inside: Slots; at: number } {
  const at = Math.max(-1, ...slots.values()) + 1;
  return { inside: new Map([...slots, ...names.map((name, index) => [name, at + index] as const)]), at };
}
