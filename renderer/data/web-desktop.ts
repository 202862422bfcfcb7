/**
 * The contract over the web shell's socket. A broken socket is opened again; the server keeps what it meanwhile had to
 * say, and calls without an answer are repeated (the server knows their numbers), so that a short break is not noticed.
 */
import { parseExact } from '../../agent/api/json/parse.ts';
import type { Reply } from '../../main/contract/reply.ts';
import type { DesktopEvents, EventName } from '../../main/contract.ts';
import type { DesktopLink, LinkState } from './desktop-link.ts';
import { createStore } from './store.ts';

type Listener = (event: DesktopEvents[EventName]) => void;
type Item = { reply: number; value: unknown } | { event: string; data: unknown };
type Message = { hello: { resumed: boolean } } | { batch: number; items: Item[] } | { beat: true };

const delays = [100, 300, 1_000, 2_000, 4_000, 8_000];
const acknowledgeEvery = 16;
/** Main is heard every 15 seconds: after this long without, the socket is dead and does not know it. */
const longestSilence = 40_000;

export function connectWebDesktop(location: Pick<Location, 'host'>): DesktopLink {
  const state = createStore<LinkState>('connecting');
  const session = crypto.randomUUID();
  const listeners = new Map<string, Set<Listener>>();
  const forgotten = new Set<() => void>();
  const pending = new Map<number, { text: string; resolve: (reply: Reply<never>) => void }>();
  let socket: WebSocket | undefined;
  let calls = 0;
  let have = 0;
  let attempt = 0;
  let greeted = false;

  /**
   * A socket that is closing still hands over messages: what is not sent to it then is sent by the next one's greeting.
   */
  const send = (text: string) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  };

  const take = (item: Item) => {
    if ('event' in item) {
      for (const listener of listeners.get(item.event) ?? []) listener(item.data as DesktopEvents[EventName]);
      return;
    }
    pending.get(item.reply)?.resolve(item.value as Reply<never>);
    pending.delete(item.reply);
  };

  const greet = (resumed: boolean) => {
    state.set('open');
    attempt = 0;
    if (!resumed) have = 0;
    for (const { text } of pending.values()) send(text);
    if (!resumed && greeted) for (const listener of forgotten) listener();
    greeted = true;
  };

  const receive = (message: Message) => {
    listen();
    if ('beat' in message) return;
    if ('hello' in message) return greet(message.hello.resumed);
    if (message.batch <= have) return;
    have = message.batch;
    if (have % acknowledgeEvery === 0) send(JSON.stringify({ have }));
    for (const item of message.items) take(item);
  };

  let silence: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket?.close(), longestSilence);
  };

  /**
   * A refused socket does not say why: the page itself is asked for, which is refused to a browser without admission.
   */
  const askWhy = () =>
    fetch('/', { method: 'GET', cache: 'no-store' }).then(
      ({ status }) => state.set(status === 401 ? 'refused' : 'broken'),
      () => state.set('broken'),
    );

  const connect = () => {
    const next = new WebSocket(`ws://${location.host}/socket?session=${session}&have=${have}`);
    socket = next;
    next.onmessage = ({ data }) => receive(parseExact(String(data)) as Message);
    next.onclose = () => {
      clearTimeout(silence);
      if (state.get() !== 'refused') state.set('broken');
      if (attempt > 0) void askWhy();
      setTimeout(connect, delays[Math.min(attempt++, delays.length - 1)]);
    };
  };
  connect();

  return {
    state,
    call(name, input) {
      const number = ++calls;
      const text = JSON.stringify({ call: number, name, input });
      return new Promise((resolve) => {
        pending.set(number, { text, resolve });
        if (state.get() === 'open') send(text);
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set<Listener>();
      listeners.set(name, set);
      set.add(listener as Listener);
      return () => set.delete(listener as Listener);
    },
    onForgotten(listener) {
      forgotten.add(listener);
      return () => forgotten.delete(listener);
    },
  };
}
