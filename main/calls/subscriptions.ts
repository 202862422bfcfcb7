/** What a window has open (watches, logs, shells), by the window's own ids. Closing the window closes all of it. */
import type { DesktopEvents, EventName } from '../contract.ts';

export type Emit = <E extends EventName>(name: E, event: DesktopEvents[E]) => void;

export interface Subscriptions {
  /** Closes an id that is already open first. The signal aborts when the id is closed. */
  open(id: string, onClose?: () => void): AbortSignal;
  close(id: string): void;
  closeAll(): void;
}

export function createSubscriptions(): Subscriptions {
  const open = new Map<string, { controller: AbortController; onClose?: () => void }>();
  const close = (id: string) => {
    const entry = open.get(id);
    if (!entry) return;
    open.delete(id);
    entry.controller.abort();
    entry.onClose?.();
  };
  return {
    open(id, onClose) {
      close(id);
      const controller = new AbortController();
      open.set(id, { controller, ...(onClose ? { onClose } : {}) });
      return controller.signal;
    },
    close,
    closeAll: () => [...open.keys()].forEach(close),
  };
}
