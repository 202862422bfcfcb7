/** An HTTPS agent that opens many sockets a few at a time. */
import type { ClientRequestArgs } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * TLS handshakes that are under way at a time. A server closes connections on which nobody has said who they are once
 * there are many of one address, and the merged log of hundreds of pods asks for hundreds at once.
 */
const mostHandshakes = 32;

type OnCreated = (error: Error | null, socket: Duplex) => void;

export class PacedAgent extends Agent {
  readonly #handshakes = new Set<Duplex>();
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  override createConnection(options: ClientRequestArgs, onCreated?: OnCreated): Duplex | null | undefined {
    if (!onCreated || this.#handshakes.size < mostHandshakes) return this.#begin(options);
    this.#waiting.push(() => {
      const socket = this.#begin(options);
      if (socket) onCreated(null, socket);
    });
    return undefined;
  }

  /** For good: requests that still wait for their turn fail as those do whose socket is there. */
  override destroy(): void {
    this.#isClosed = true;
    super.destroy();
    for (const begin of this.#waiting.splice(0)) begin();
  }

  #begin(options: ClientRequestArgs): Duplex | null | undefined {
    const socket = super.createConnection(options);
    if (!socket) return socket;
    this.#handshakes.add(socket);
    const finish = () => {
      if (this.#handshakes.delete(socket)) this.#waiting.shift()?.();
    };
    socket.once('secureConnect', finish);
    socket.once('close', finish);
    if (this.#isClosed) socket.destroy();
    return socket;
  }
}
