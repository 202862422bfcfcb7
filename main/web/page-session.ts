/** A page's session outlives its socket for a short time, and keeps what main sends to the page meanwhile. */

import type { WebSocket } from 'ws';
import { parseExact } from '../../agent/api/json/parse.ts';
import { createBatch } from '../calls/batch.ts';
import type { Services } from '../calls/services.ts';
import { createSession } from '../calls/session.ts';
import type { FromPage, Item, ToPage } from './protocol.ts';

export interface PageSession {
  /** `have` is the number of the last batch that the page received. */
  attach(socket: WebSocket, have: number): void;
  dispose(reason?: string): void;
}

const graceMilliseconds = 60_000;
/** Characters that may wait for a page without a socket. Beyond that the session ends and the page starts anew. */
const maxWaiting = 256 * 1024 * 1024;

const isFromPage = (message: unknown): message is FromPage => {
  if (typeof message !== 'object' || message === null) return false;
  if ('have' in message) return typeof message.have === 'number';
  return 'call' in message && typeof message.call === 'number' && 'name' in message && typeof message.name === 'string';
};

/** Undefined if the text is not a message of the protocol. */
function read(text: string): FromPage | undefined {
  try {
    const message = parseExact(text);
    return isFromPage(message) ? message : undefined;
  } catch (error) {
    console.error('the page sent a message that is not JSON', error);
    return undefined;
  }
}

export function createPageSession(services: Services, onEnd: () => void): PageSession {
  let socket: WebSocket | undefined;
  let number = 0;
  let waiting: { number: number; text: string }[] = [];
  let size = 0;
  let grace: ReturnType<typeof setTimeout> | undefined;
  const seen = new Set<number>();

  const batch = createBatch<Item>(
    (items) => {
      const text = JSON.stringify({ batch: ++number, items } satisfies ToPage);
      waiting.push({ number, text });
      size += text.length;
      socket?.send(text);
      if (size > maxWaiting) dispose('the page is too slow');
    },
    { interval: 8, limit: 500 },
  );
  const session = createSession(services, (name, event) => batch.add({ event: name, data: event }));

  const dispose = (reason = 'the page did not reconnect') => {
    clearTimeout(grace);
    session.dispose();
    socket?.close(1001, reason);
    waiting = [];
    onEnd();
  };

  const forgetUntil = (have: number) => {
    while (waiting[0] && waiting[0].number <= have) size -= waiting.shift()?.text.length ?? 0;
  };

  const receive = (message: FromPage) => {
    if ('have' in message) return forgetUntil(message.have);
    // After a broken socket a page repeats the calls that had no answer.
    if (seen.has(message.call)) return;
    seen.add(message.call);
    if (seen.size > 5_000) seen.delete(seen.values().next().value ?? 0);
    session.dispatch(message.name, message.input).then(
      (value) => batch.add({ reply: message.call, value }),
      (error: unknown) => console.error('could not send a reply', error),
    );
  };

  return {
    attach(next, have) {
      clearTimeout(grace);
      socket?.terminate();
      socket = next;
      forgetUntil(have);
      next.on('message', (data) => {
        const message = read(String(data));
        if (message) receive(message);
        else next.close(1007, 'not a message');
      });
      next.on('close', () => {
        if (socket !== next) return;
        socket = undefined;
        grace = setTimeout(() => dispose(), graceMilliseconds);
        grace.unref();
      });
      for (const { text } of waiting) next.send(text);
    },
    dispose,
  };
}
