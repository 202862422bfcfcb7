/**
 * Who may keep a connection, and how long: so that those who send nothing, or half of something, use up nothing.
 * The times are upstream's: https://github.com/kubernetes/apiserver/blob/master/pkg/server/secure_serving.go
 */
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';

/** Milliseconds: for a TLS handshake; until the headers of the first request are there; between two requests. */
export const handshakeTimeout = 10_000;
const headersTimeout = 32_000;
export const idleTimeout = 90_000;

export interface ConnectionLimits {
  /** Connections of one address on which nobody has proved to be anybody. Of more, the oldest is closed. */
  unproven: number;
  /** Connections of one user. A client needs one; a node's components have a few each. */
  ofOneUser: number;
}
const defaultLimits: ConnectionLimits = { unproven: 128, ofOneUser: 1000 };

type Place = Pick<Socket, 'remoteAddress' | 'remotePort'>;
const keyOf = ({ remoteAddress = '', remotePort = 0 }: Place): string => `${remoteAddress} ${remotePort}`;

export interface Connections {
  opened(socket: Socket): void;
  /** A request came on it from somebody; '' from nobody known. Closes what is one too many. */
  used(place: Place, username: string): void;
  /** Ends it once it has had no stream for a while. */
  session(session: Http2Session): void;
  close(): void;
}

interface Open {
  socket: Socket;
  username: string;
  cancel(): void;
}

function evictFrom(group: Set<Open>, most: number): void {
  const [oldest] = group;
  if (group.size > most && oldest) oldest.socket.destroy();
}

export function createConnections(clock: Clock, limits: ConnectionLimits = defaultLimits): Connections {
  const open = new Map<string, Open>();
  /** By address the unproven ones, by name those of a user: in the order in which they came. */
  const groups = new Map<string, Set<Open>>();

  const groupOf = ({ socket, username }: Open): string =>
    username ? `user ${username}` : `at ${socket.remoteAddress}`;
  const join = (entry: Open, most: number) => {
    const name = groupOf(entry);
    const group = groups.get(name) ?? new Set();
    groups.set(name, group.add(entry));
    evictFrom(group, most);
  };
  const leave = (entry: Open) => {
    const name = groupOf(entry);
    const group = groups.get(name);
    group?.delete(entry);
    if (group?.size === 0) groups.delete(name);
  };

  return {
    opened: (socket) => {
      const key = keyOf(socket);
      const entry: Open = { socket, username: '', cancel: clock.after(headersTimeout, () => socket.destroy()) };
      open.set(key, entry);
      socket.once('close', () => {
        entry.cancel();
        leave(entry);
        open.delete(key);
      });
      join(entry, limits.unproven);
    },
    used: (place, username) => {
      const entry = open.get(keyOf(place));
      if (!entry) return;
      entry.cancel();
      if (username === '' || entry.username === username) return;
      leave(entry);
      entry.username = username;
      join(entry, limits.ofOneUser);
    },
    session: (session) => {
      let streams = 0;
      const wait = () => clock.after(idleTimeout, () => session.close());
      let cancel = wait();
      session.on('stream', (stream) => {
        cancel();
        streams += 1;
        stream.once('close', () => {
          streams -= 1;
          if (streams === 0 && !session.destroyed) cancel = wait();
        });
      });
      session.once('close', () => cancel());
    },
    close: () => {
      for (const { socket } of [...open.values()]) socket.destroy();
    },
  };
}
