/** The cluster's name server: UDP and TCP on the node's address. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import type { Answer } from 'dns-packet';
import type { ConfigMap, EndpointSlice, Service } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import { type Clock, pause } from '../clock.ts';
import type { Logger } from '../log.ts';
import { contains } from '../network/cidr.ts';
import { decodeQuery, encodeResponse, limitOf, type Query, type Response } from './message.ts';
import type { Outside } from './outside.ts';
import { recordsFrom } from './records.ts';
import { followSettings } from './settings-follower.ts';
import { nameServersIn } from './upstream.ts';
import { answerFromZone, startOfAuthority, type ZoneAnswer, type ZoneOptions } from './zone.ts';

export interface DnsOptions {
  config: { nodeIP: string; dnsIP: string; clusterDomain: string };
  /** What the cluster's addresses are from: the zone denies unknown reverse names of these. */
  ranges: readonly string[];
  services: Informer<Service>;
  endpointSlices: Informer<EndpointSlice>;
  /** The config map with the Corefile, which may be missing. */
  settings: Informer<ConfigMap>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** 53 by default; 0 picks a free port. */
  port?: number;
  /** Name servers for all other names; by default those of `/etc/resolv.conf`. */
  upstreams?: string[];
}

export interface Dns {
  /** Resolves with the port when the server answers; rejects if it cannot listen. */
  ready: Promise<number>;
}

/** Milliseconds. */
const settingsTimeout = 2_000;

type Answering = (bytes: Buffer, transport: 'udp' | 'tcp') => Promise<Buffer | undefined>;

/** Starts listening once the informers have synced, because clients would cache an early "no such name". */
export function startDns(options: DnsOptions): Dns {
  const { config, services, endpointSlices, settings, log, signal } = options;
  const zone: ZoneOptions = {
    domain: config.clusterDomain.toLowerCase(),
    dnsIP: config.dnsIP,
    isClusterAddress: (ip) => options.ranges.some((range) => contains(range, ip)),
  };
  const records = recordsFrom(services, endpointSlices);
  const servers = options.upstreams ?? nameServersIn('/etc/resolv.conf', config.nodeIP);
  const fromZone = (query: Query) => answerFromZone(query.question, records, zone);
  const outside = followSettings(options, servers);
  const answer = createAnswering(
    (query) => (outside().precedes(query.question, zone.domain) ? undefined : fromZone(query)),
    outside,
    () => startOfAuthority(zone.domain, Math.floor(options.clock.now() / 1000)),
  );
  const start = async (): Promise<number> => {
    await Promise.all([services.synced, endpointSlices.synced]);
    // The settings are not worth a long wait: without them names of the cluster resolve all the same.
    await Promise.race([settings.synced, pause(options.clock, settingsTimeout, signal)]);
    const port = await listenTcp(config.nodeIP, options.port ?? 53, answer, log, signal);
    await listenUdp(config.nodeIP, port, answer, log, signal);
    log.info('Serving DNS', { address: `${config.nodeIP}:${port}`, upstreams: servers });
    return port;
  };
  return { ready: start() };
}

const failure: Response = { code: 'SERVFAIL', authoritative: false, answers: [], authorities: [], additionals: [] };
const refusal: Response = { ...failure, code: 'REFUSED' };

/** Answers the bytes of a query with the bytes of the answer; undefined if the query gets none. */
function createAnswering(
  fromZone: (query: Query) => ZoneAnswer | undefined,
  outside: () => Outside,
  authority: () => Answer,
): Answering {
  return async (bytes, transport) => {
    const query = decodeQuery(bytes);
    if (!query) return undefined;
    const limit = transport === 'udp' ? limitOf(query) : 65_535;
    const own = outside().fromHosts(query.question);
    if (own) return encodeResponse(query, { ...own, authoritative: true, authorities: [] }, limit);
    const local = fromZone(query);
    if (!local) {
      const upstream = outside().upstreamFor(query.question);
      if (!upstream) return encodeResponse(query, refusal, limit);
      return (await upstream.forward(bytes, query.question, transport)) ?? encodeResponse(query, failure, limit);
    }
    const answers = [...shuffled(local.answers), ...(await behindAlias(local, query, fromZone, outside()))];
    return encodeResponse(
      query,
      {
        code: local.code,
        authoritative: true,
        answers,
        authorities: answers.length === 0 ? [authority()] : [],
        additionals: local.additionals,
      },
      limit,
    );
  };
}

/** Adds the addresses of an alias to the answer, because clients do not follow it themselves. */
async function behindAlias(
  { alias }: ZoneAnswer,
  query: Query,
  fromZone: (query: Query) => ZoneAnswer | undefined,
  outside: Outside,
): Promise<Answer[]> {
  if (alias === undefined || query.question.type === 'CNAME') return [];
  const question = { ...query.question, name: alias };
  const known = outside.fromHosts(question) ?? fromZone({ ...query, question });
  return known?.answers ?? (await outside.upstreamFor(question)?.resolve(question)) ?? [];
}

/**
 * Shuffles the addresses, so that clients which use the first one spread over all of them.
 * https://coredns.io/plugins/loadbalance/
 */
function shuffled(answers: Answer[]): Answer[] {
  const copy = [...answers];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const [a, b] = [copy[last], copy[other]];
    if (a && b) [copy[last], copy[other]] = [b, a];
  }
  return copy;
}

function listenUdp(host: string, port: number, answer: Answering, log: Logger, signal: AbortSignal): Promise<void> {
  const socket: Socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    answer(bytes, 'udp').then(
      (reply) =>
        reply &&
        socket.send(reply, from.port, from.address, (error) => error && log.warn('Could not answer', { error })),
      (error: unknown) => log.error('Failed to answer a query', { error }),
    );
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      socket.on('error', (error) => log.error('DNS socket failed', { error }));
      signal.addEventListener('abort', () => socket.close(), { once: true });
      resolve();
    });
  });
}

/** Like CoreDNS, closes a connection after this many idle milliseconds. */
const idleTimeout = 10_000;

function listenTcp(host: string, port: number, answer: Answering, log: Logger, signal: AbortSignal): Promise<number> {
  const sockets = new Set<TcpSocket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.setTimeout(idleTimeout, () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.info('DNS connection failed', { error }));
    serveStream(socket, answer, log);
  });
  signal.addEventListener(
    'abort',
    () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    { once: true },
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(address && typeof address === 'object' ? address.port : port);
    });
  });
}

/**
 * Serves the messages of a connection in order; each follows its length.
 * https://www.rfc-editor.org/rfc/rfc1035#section-4.2.2
 */
function serveStream(socket: TcpSocket, answer: Answering, log: Logger): void {
  let received = Buffer.alloc(0);
  const reply = (bytes: Buffer): Promise<void> =>
    answer(bytes, 'tcp').then(
      (response) => {
        if (!response || socket.destroyed) return;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(response.length);
        socket.write(Buffer.concat([length, response]));
      },
      (error: unknown) => log.error('Failed to answer a query', { error }),
    );
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      void reply(received.subarray(2, end));
      received = received.subarray(end);
    }
  });
}
