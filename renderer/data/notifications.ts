/** What happened: shown for a few seconds as a toast, kept in the list behind the bell. */
import type { CallError } from '../../main/contract/reply.ts';
import { createStore } from './store.ts';

export interface Notification {
  id: number;
  at: number;
  tone: 'ok' | 'warn' | 'bad';
  title: string;
  hint?: string;
}

const kept = 50;
export const notifications = createStore<readonly Notification[]>([]);
/** Ids of those that are still on screen. */
export const toasts = createStore<readonly number[]>([]);
export const unread = createStore(0);
let last = 0;

function add(notification: Omit<Notification, 'id' | 'at'>): void {
  const id = ++last;
  notifications.update((all) => [{ ...notification, id, at: Date.now() }, ...all].slice(0, kept));
  toasts.update((all) => [...all, id].slice(-4));
  unread.update((count) => count + 1);
  setTimeout(() => dismissToast(id), notification.tone === 'bad' ? 10_000 : 4_000);
}

export const dismissToast = (id: number): void => toasts.update((all) => all.filter((other) => other !== id));

export const notify = (title: string, hint?: string): void => add({ tone: 'ok', title, ...(hint ? { hint } : {}) });
export const notifyError = ({ code, message, hint }: CallError): void => {
  if (code !== 'Cancelled') add({ tone: 'bad', title: message, ...(hint ? { hint } : {}) });
};
