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

/**
 * Milliseconds without a byte after which a connection counts as silent: a client on a busy machine that opens hundreds
 * at once takes a second for the handshake of the last.
 */
const grace = 3_000;

export interface ConnectionLimits {
  /** Connections of one address on which nobody has proved to be anybody. Of more, those go that are idle. */
  unproven: number;
  /** The same, where none of them is idle: of more, the newest goes. */
  busy: number;
  /** Connections of one user. A client needs one; a node's components have a few each. Of more, the oldest goes. */
  ofOneUser: number;
}
const defaultLimits: ConnectionLimits = { unproven: 128, busy: 1024, ofOneUser: 1000 };

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
  /** Bytes that have gone both ways, as of the last look, and when a look found more than the one before. */
  bytes: number;
  heardAt: number;
  openedAt: number;
  cancel(): void;
}

/** Bytes of the handshake count, which a TLS socket does not show. */
const bytesOf = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

/** Notes who has been heard of since the last look. */
function listen(group: readonly Open[], now: number): void {
  for (const entry of group) {
    const bytes = bytesOf(entry.socket);
    if (bytes === entry.bytes) continue;
    entry.bytes = bytes;
    entry.heardAt = now;
  }
}

/** Silent, or still without a request where an honest handshake is long over. */
const isIdle = ({ heardAt, openedAt }: Open, now: number): boolean =>
  now - heardAt >= grace || now - openedAt >= handshakeTimeout;

export function createConnections(clock: Clock, limits: ConnectionLimits = defaultLimits): Connections {
  const open = new Map<string, Open>();
  /** By address the unproven ones, by name those of a user: in the order in which they came. */
  const groups = new Map<string, Set<Open>>();
  /** Those of which some may have to go when the turn ends. */
  const crowded = new Set<Set<Open>>();

  const groupOf = ({ socket, username }: Open): string =>
    username ? `user ${username}` : `at ${socket.remoteAddress}`;
  const join = (entry: Open): Set<Open> => {
    const name = groupOf(entry);
    const group = groups.get(name) ?? new Set();
    groups.set(name, group.add(entry));
    return group;
  };
  const leave = (entry: Open) => {
    const name = groupOf(entry);
    const group = groups.get(name);
    group?.delete(entry);
    if (group?.size === 0) groups.delete(name);
  };
  /** Nobody goes for a newcomer who is heard of. */
  const thinOut = (group: Set<Open>) => {
    crowded.delete(group);
    const now = clock.now();
    const entries = [...group].filter(({ socket }) => !socket.destroyed);
    listen(entries, now);
    const idle = entries.filter((entry) => isIdle(entry, now)).sort((a, b) => a.heardAt - b.heardAt);
    for (const { socket } of idle.slice(0, Math.max(0, entries.length - limits.unproven))) socket.destroy();
    for (const { socket } of entries.filter(({ socket }) => !socket.destroyed).slice(limits.busy)) socket.destroy();
  };
  /** What has come from the others in this turn of the event loop is read by the end of it. */
  const thinOutSoon = (group: Set<Open>) => {
    if (group.size <= limits.unproven || crowded.has(group)) return;
    crowded.add(group);
    setImmediate(() => thinOut(group));
  };

  return {
    opened: (socket) => {
      const key = keyOf(socket);
      const cancel = clock.after(headersTimeout, () => socket.destroy());
      const now = clock.now();
      const entry: Open = { socket, username: '', bytes: 0, heardAt: now, openedAt: now, cancel };
      open.set(key, entry);
      socket.once('close', () => {
        entry.cancel();
        leave(entry);
        open.delete(key);
      });
      thinOutSoon(join(entry));
    },
    used: (place, username) => {
      const entry = open.get(keyOf(place));
      if (!entry) return;
      entry.cancel();
      if (username === '' || entry.username === username) return;
      leave(entry);
      entry.username = username;
      const group = join(entry);
      const [oldest] = group;
      if (group.size > limits.ofOneUser) oldest?.socket.destroy();
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
