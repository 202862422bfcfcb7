/**
 * The state that plugins keep between the extension points of one attempt to schedule one pod.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/cycle_state.go
 */

/** Names a piece of state and carries its type. Create one per plugin and purpose with `stateKey`. */
export interface StateKey<T> {
  readonly name: string;
  /** Copies the state, because preemption tries changes on the copy. Immutable state may be returned as it is. */
  readonly clone: (state: T) => T;
}

export const stateKey = <T>(name: string, clone: (state: T) => T): StateKey<T> => ({ name, clone });

/** For state that no extension point changes after it was written. */
export const sharedKey = <T>(name: string): StateKey<T> => stateKey<T>(name, (state) => state);

interface Slot {
  value: unknown;
  clone(): Slot;
}

export class CycleState {
  readonly #slots = new Map<object, Slot>();
  /** Names of plugins whose Filter (Score) is skipped, as their PreFilter (PreScore) requested. */
  readonly skipFilter = new Set<string>();
  readonly skipScore = new Set<string>();

  write<T>(key: StateKey<T>, value: T): void {
    const slot = (current: T): Slot => ({ value: current, clone: () => slot(key.clone(current)) });
    this.#slots.set(key, slot(value));
  }

  /** Undefined if the plugin has not written it, e.g. because its PreFilter was not run. */
  read<T>(key: StateKey<T>): T | undefined {
    // Only `write` adds values, and it takes the same key, so the type is right.
    return this.#slots.get(key)?.value as T | undefined;
  }

  clone(): CycleState {
    const copy = new CycleState();
    for (const [key, slot] of this.#slots) copy.#slots.set(key, slot.clone());
    for (const name of this.skipFilter) copy.skipFilter.add(name);
    for (const name of this.skipScore) copy.skipScore.add(name);
    return copy;
  }
}
