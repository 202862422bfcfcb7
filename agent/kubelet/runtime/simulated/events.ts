/** Delivers events of the simulated runtime to the listeners that are subscribed when they happen. */
import type { RuntimeEvent } from '../runtime.ts';

export interface RuntimeEvents {
  emit(event: RuntimeEvent): void;
  /** Ends when the signal aborts. */
  subscribe(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export function createEvents(): RuntimeEvents {
  const listeners = new Set<(event: RuntimeEvent) => void>();
  async function* subscribe(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    const queue: RuntimeEvent[] = [];
    let wake = () => {};
    const listener = (event: RuntimeEvent) => {
      queue.push(event);
      wake();
    };
    listeners.add(listener);
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      listeners.delete(listener);
    }
  }
  return { subscribe, emit: (event: RuntimeEvent) => listeners.forEach((listener) => void listener(event)) };
}
