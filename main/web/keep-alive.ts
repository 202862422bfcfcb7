/**
 * Keeps tunnels and proxies from closing a quiet socket, and notices when the other end has gone without a word.
 * Browsers answer pings themselves but do not show them to the page, so the page gets a beat of its own.
 * https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2
 */
import type { ToPage } from './protocol.ts';

const every = 15_000;
const beat = JSON.stringify({ beat: true } satisfies ToPage);

export interface KeptSocket {
  on(event: 'pong' | 'close', listener: () => void): unknown;
  ping(): void;
  send(text: string): void;
  terminate(): void;
}

export function keepAlive(socket: KeptSocket): void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
    socket.send(beat);
  }, every);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
}
