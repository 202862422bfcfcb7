/** What the controller remembers of its autoscalers. */
import type { Requirement } from '../../api/selectors.ts';
import type { Memory } from './behavior.ts';

/** By key. */
export interface Memories {
  of(key: string): Memory;
  selectors: Map<string, readonly Requirement[]>;
  forget(key: string): void;
}

export function createMemories(): Memories {
  const memories = new Map<string, Memory>();
  const selectors = new Map<string, readonly Requirement[]>();
  return {
    selectors,
    of(key) {
      const memory = memories.get(key) ?? { recommendations: [], added: [], removed: [] };
      memories.set(key, memory);
      return memory;
    },
    forget(key) {
      memories.delete(key);
      selectors.delete(key);
    },
  };
}
