/** What a window has open (watches, logs, shells), by the window's own id. Closing the window closes them all. */
import type { DesktopEvents, EventName } from '../contract.ts';

export type Emit = <E extends EventName>(name: E, event: DesktopEvents[E]) => void;

export interface Subscriptions {
  /** An id that is already open is closed first. The signal aborts when it is closed. */
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
