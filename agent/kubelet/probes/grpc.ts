/**
 * The gRPC health check. One unary call needs no gRPC library.
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/probe/grpc/grpc.go
 */
import { once } from 'node:events';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import { kubernetesMinor } from '../../api/version.ts';
import { failed, type ProbeResult, passed } from './result.ts';

const serving = 1;
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
/** The names of gRPC status codes, as Go prints them. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const codeNames: Readonly<Record<string, string>> = {
  2: 'Unknown',
  5: 'NotFound',
  7: 'PermissionDenied',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
};
const unimplemented = '12';

/** The first pause between two attempts to connect, in milliseconds; each further one is twice as long. */
const firstPause = 25;

/** Encodes `HealthCheckRequest { service }` behind gRPC's prefix (not compressed, length). Field 1 is the name. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const length = name.length < 0x80 ? [name.length] : [(name.length & 0x7f) | 0x80, name.length >> 7];
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, ...length]), name]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Decodes `HealthCheckResponse`: field 1 is the status, which is absent for the default. */
function verdict(body: Buffer): ProbeResult {
  const message = body.subarray(5);
  const status = message[0] === 0x08 ? (message[1] ?? 0) : 0;
  return status === serving ? passed : failed(`service unhealthy (responded with "${statusNames[status] ?? status}")`);
}

function refusal(headers: IncomingHttpHeaders): ProbeResult | undefined {
  const code = headers['grpc-status'];
  if (code === undefined || code === '0') return undefined;
  const description = decodeURIComponent(String(headers['grpc-message'] ?? ''));
  const problem = `rpc error: code = ${codeNames[String(code)] ?? `Code(${code})`} desc = ${description}`;
  return failed(
    code === unimplemented
      ? `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${description}`
      : `error: health rpc probe failed: ${problem}`,
  );
}

/** Resolves once the server accepts a connection, and with undefined once the signal aborts. */
async function dial(address: string, signal: AbortSignal): Promise<ClientHttp2Session | undefined> {
  for (let pause = firstPause; !signal.aborted; pause *= 2) {
    const session = connect(`http://${address}`);
    try {
      await once(session, 'connect', { signal });
      return session;
    } catch {
      // Nobody listens yet, or the time is up.
      session.destroy();
    }
    await sleep(pause, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return undefined;
}

async function check(session: ClientHttp2Session, service: string, timeout: number, signal: AbortSignal) {
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': `kube-probe/${kubernetesMinor}`,
      te: 'trailers',
    },
    { signal },
  );
  const chunks: Buffer[] = [];
  let refused: ProbeResult | undefined;
  const look = (headers: IncomingHttpHeaders): void => {
    refused ??= refusal(headers);
  };
  stream.on('response', look);
  stream.on('trailers', look);
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  // An error before the end also fails the wait for it; one after it does not matter.
  stream.on('error', () => undefined);
  stream.end(healthRequest(service));
  try {
    await once(stream, 'end');
  } catch (error) {
    if (signal.aborted) return failed(`timeout: health rpc did not complete within ${timeout / 1000}s`);
    return failed(`error: health rpc probe failed: rpc error: code = Unavailable desc = ${messageOf(error)}`);
  }
  return refused ?? verdict(Buffer.concat(chunks));
}

/**
 * Checks a service's health. It dials until the server accepts or the signal aborts. `timeout` is in milliseconds, for
 * the message.
 */
export async function probeGrpc(
  ip: string,
  action: core.GRPCAction,
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const address = `${ip}:${action.port}`;
  const session = await dial(address, signal);
  if (!session) {
    return failed(
      `timeout: failed to connect service "${address}" within ${timeout / 1000}s: context deadline exceeded`,
    );
  }
  // A failure of the connection also fails the request on it.
  session.on('error', () => undefined);
  try {
    return await check(session, action.service ?? '', timeout, signal);
  } finally {
    session.destroy();
  }
}
