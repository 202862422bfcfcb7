/**
 * Many objects have the same field sets: pods of one template, statuses that one kubelet writes. A set is built element
 * by element along a tree of steps that all sets share, so that equal sets are one object: thousands of them cost the
 * memory of one, and a set that came before costs a look-up for each element. Nobody modifies a set: it is
 * frozen, so that copies of an object share it as well.
 */
import { setOwn } from '../own.ts';
import { type FieldSet, noFields } from './field-set.ts';

/** A set so far. Sets with the same elements in another order are another step's. */
export interface Step {
  readonly before: Step | undefined;
  /** What this step adds; nothing, where `before` is undefined. */
  readonly element: string;
  readonly below: FieldSet;
  /** Made when somebody asks for it. */
  set: FieldSet | undefined;
  /** By what is below the element that comes next, and by the element. */
  next: Map<FieldSet, Map<string, Step>> | undefined;
}

/**
 * Steps that are remembered, and the characters of their elements. When there are more, the tree is begun anew, and the
 * sets live on in the objects that have them: whoever sends many different objects must not fill the memory.
 */
const mostSteps = 10_000;
const mostCharacters = 1_000_000;

const createFirst = (): Step => ({ before: undefined, element: '', below: noFields, set: noFields, next: undefined });

let first = createFirst();
let steps = 0;
let characters = 0;

function remember(step: Step, next: Map<string, Step>): void {
  next.set(step.element, step);
  steps += 1;
  characters += step.element.length;
  if (steps <= mostSteps && characters <= mostCharacters) return;
  first = createFirst();
  steps = 0;
  characters = 0;
}

/** `before` is undefined for the first element of a set. */
export function extended(before: Step | undefined, element: string, below: FieldSet): Step {
  const from = before ?? first;
  from.next ??= new Map();
  let next = from.next.get(below);
  if (!next) {
    next = new Map();
    from.next.set(below, next);
  }
  const known = next.get(element);
  if (known) return known;
  const step: Step = { before: from, element, below, set: undefined, next: undefined };
  remember(step, next);
  return step;
}

export function setOf(step: Step): FieldSet {
  if (step.set) return step.set;
  const ways: Step[] = [];
  for (let at: Step | undefined = step; at?.before; at = at.before) ways.push(at);
  const set: Record<string, FieldSet> = {};
  for (const { element, below } of ways.reverse()) setOwn(set, element, below);
  step.set = Object.freeze(set);
  return set;
}

/** The set itself, or an equal one that came before. */
export function shared(set: FieldSet): FieldSet {
  let step: Step | undefined;
  for (const element in set) step = extended(step, element, shared(set[element] ?? noFields));
  return step ? setOf(step) : noFields;
}
