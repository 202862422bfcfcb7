/** Resolves names outside the cluster with the node's own name servers, and caches the answers. */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import dnsPacket, { type Answer, type DecodedPacket, type Question } from 'dns-packet';
import type { Clock } from '../clock.ts';

export interface Upstream {
  /** The answer as bytes, with the query's id; undefined if no server answered. */
  forward(query: Buffer, question: Question, transport: 'udp' | 'tcp'): Promise<Buffer | undefined>;
  /** The addresses of a name, and the aliases on the way; undefined if no server answered. */
  resolve(question: Question): Promise<Answer[] | undefined>;
}

export interface UpstreamOptions {
  /** `address` or `address:port`, best first. */
  servers: readonly string[];
  clock: Clock;
  /** The longest time in the cache, in milliseconds. */
  maxLifetime: number;
}

/** The timeout per server, in milliseconds; resolvers in pods wait 5 s for us. */
const timeout = 2_000;
const capacity = 1_000;

/** The `nameserver` lines of a resolv.conf, except for the node's own address. */
export const nameServersIn = (path: string, ownIP: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^[ \t]*nameserver[ \t]+(\d+\.\d+\.\d+\.\d+)[ \t]*$/gm)].flatMap(([, ip]) =>
    ip && ip !== ownIP ? [ip] : [],
  );

/** Creates a resolver with its cache. Servers are asked one after the other; the first answer counts. */
export function createUpstream({ servers, clock, maxLifetime }: UpstreamOptions): Upstream {
  const cache = new Map<string, { bytes: Buffer; until: number }>();

  const remember = (key: string, bytes: Buffer): void => {
    const life = Math.min(maxLifetime, lifetimeOf(bytes));
    if (life <= 0) return;
    const [oldest] = cache.keys();
    if (cache.size >= capacity && oldest !== undefined) cache.delete(oldest);
    cache.set(key, { bytes, until: clock.now() + life });
  };

  const forward: Upstream['forward'] = async (query, question, transport) => {
    const key = keyOf(query, question, transport);
    const known = cache.get(key);
    if (known && known.until > clock.now()) return withHeadOf(known.bytes, query, question);
    cache.delete(key);
    for (const server of servers) {
      const [host = '', port = '53'] = server.split(':');
      const answer = await (transport === 'udp' ? askUdp : askTcp)(query, host, Number(port));
      if (!answer) continue;
      remember(key, answer);
      return answer;
    }
    return undefined;
  };

  return {
    forward,
    async resolve(question) {
      const query = dnsPacket.encode({
        type: 'query',
        id: Math.floor(Math.random() * 65_536),
        flags: dnsPacket.RECURSION_DESIRED,
        questions: [question],
      });
      const answer = await forward(query, question, 'udp');
      return answer ? decodeAnswer(answer)?.answers : undefined;
    },
  };
}

/** Where the question of a message ends. Its name is not compressed. */
const endOfQuestion = ({ name }: Question): number => 12 + (name === '.' ? 1 : Buffer.byteLength(name) + 2) + 4;

/**
 * Queries share an answer if they differ in their id and in upper and lower case alone: what follows the question says
 * how large an answer may be, and whether it may have signatures.
 */
function keyOf(query: Buffer, question: Question, transport: string): string {
  const flags = query.readUInt16BE(2);
  const rest = query.toString('latin1', endOfQuestion(question));
  return `${transport} ${question.name.toLowerCase()} ${question.type} ${question.class} ${flags} ${rest}`;
}

/**
 * The cached answer with this query's id and question: some clients vary upper and lower case, and check it. The times
 * to live are not counted down: they are at most half a minute off.
 */
function withHeadOf(bytes: Buffer, query: Buffer, question: Question): Buffer {
  const copy = Buffer.from(bytes);
  query.copy(copy, 0, 0, 2);
  query.copy(copy, 12, 12, endOfQuestion(question));
  return copy;
}

const seconds = 1000;
/** Of an answer without any record. */
const briefly = 5 * seconds;

/**
 * How long an answer may be cached, in milliseconds: zero for truncated, failed and unreadable answers, which are
 * passed on. How long a name does not exist is said by the zone's authority.
 * https://www.rfc-editor.org/rfc/rfc2308#section-5
 */
function lifetimeOf(bytes: Buffer): number {
  const packet = decodeAnswer(bytes);
  const code = bytes.readUInt16BE(2) & 0xf;
  if (!packet || packet.flag_tc || (code !== 0 && code !== 3)) return 0;
  const records = [...(packet.answers ?? []), ...(packet.authorities ?? [])];
  const times = records.flatMap((record) => {
    if (!('ttl' in record) || record.ttl === undefined) return [];
    const denied = record.type === 'SOA' ? (record.data.minimum ?? record.ttl) : record.ttl;
    return [Math.min(record.ttl, denied) * seconds];
  });
  return times.length > 0 ? Math.min(...times) : briefly;
}

function decodeAnswer(bytes: Buffer): DecodedPacket | undefined {
  try {
    return dnsPacket.decode(bytes);
  } catch {
    // dns-packet throws arbitrary errors. The client may understand an answer that dns-packet does not.
    return undefined;
  }
}

/** Uses one socket per question, because a random port makes answers hard to forge. */
function askUdp(query: Buffer, host: string, port: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer?: Buffer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeout);
    socket.once('error', () => finish());
    socket.on('message', (answer) => {
      if (answer.length >= 12 && answer.readUInt16BE(0) === query.readUInt16BE(0)) finish(answer);
    });
    socket.connect(port, host, () => socket.send(query));
  });
}

function askTcp(query: Buffer, host: string, port: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let received = Buffer.alloc(0);
    const finish = (answer?: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeout, () => finish());
    socket.once('error', () => finish());
    socket.once('close', () => finish());
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        finish(received.subarray(2, 2 + received.readUInt16BE(0)));
      }
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.once('connect', () => socket.write(Buffer.concat([length, query])));
  });
}
