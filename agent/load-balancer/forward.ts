/**
 * Forwards connections to whichever of several servers is well: bytes, whatever they mean, so that certificates reach
 * the servers. A server that is well no longer loses its connections, whose clients then come again.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';

export interface Backend {
  host: string;
  port: number;
}

export interface ForwarderOptions {
  backends: readonly Backend[];
  isWell(backend: Backend): Promise<boolean>;
  clock?: Clock;
  log: Logger;
}

export interface Forwarder {
  /** Not listening yet. */
  server: Server;
  /** Looks at all servers; `keepLooking` does so again and again. */
  look(): Promise<void>;
  keepLooking(): void;
}

/** Milliseconds between two looks. */
const lookEvery = 2_000;
/** Milliseconds until the next server is tried. */
const connectPatience = 1_000;

interface Target extends Backend {
  isWell: boolean;
  connections: Set<Socket>;
}

/** Resolves with undefined where nobody answers in time. */
function connected({ host, port }: Backend): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true, timeout: connectPatience });
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('error', fail).once('timeout', fail);
    socket.once('connect', () => {
      socket.removeListener('error', fail).removeListener('timeout', fail);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to);
    // The other side sees the end as this one did; there is nobody to tell of an error.
    from.once('error', () => to.destroy()).once('close', () => to.destroy());
  }
}

export function createForwarder({ backends, isWell, clock = systemClock, log }: ForwarderOptions): Forwarder {
  const targets: Target[] = backends.map((backend) => ({ ...backend, isWell: true, connections: new Set() }));
  let turn = 0;

  /** Those that are well first, in turn; where none is, the others can at least say so themselves. */
  const inTurn = (): Target[] => {
    turn = (turn + 1) % targets.length;
    const rotated = [...targets.slice(turn), ...targets.slice(0, turn)];
    return [...rotated.filter((target) => target.isWell), ...rotated.filter((target) => !target.isWell)];
  };
  const forward = async (client: Socket): Promise<void> => {
    client.once('error', () => client.destroy());
    for (const target of inTurn()) {
      const upstream = await connected(target);
      if (!upstream) continue;
      if (client.destroyed) return void upstream.destroy();
      target.connections.add(upstream);
      upstream.once('close', () => target.connections.delete(upstream));
      return join(client, upstream);
    }
    client.destroy();
  };
  const look = async (): Promise<void> => {
    const found = await Promise.all(targets.map(async (target) => ({ target, now: await isWell(target) })));
    for (const { target, now } of found) {
      if (target.isWell !== now) log.info(now ? 'Server is well' : 'Server is not well', { host: target.host });
      target.isWell = now;
    }
    if (!found.some(({ now }) => now)) return;
    for (const { target, now } of found) if (!now) for (const connection of target.connections) connection.destroy();
  };
  const keepLooking = (): void => {
    const next = () => void clock.after(lookEvery, keepLooking);
    look().then(next, (error: unknown) => {
      log.error('Could not look at the servers', { error });
      next();
    });
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    forward(client).catch((error: unknown) => {
      log.error('Could not forward a connection', { error });
      client.destroy();
    });
  });
  return { server, look, keepLooking };
}
