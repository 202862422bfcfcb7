/**
 * The gRPC health check. One unary call needs no gRPC library.
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/probe/grpc/grpc.go
 */
import { connect, type IncomingHttpHeaders } from 'node:http2';
import type { core } from '../../api/types.ts';
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

/** Checks a service's health once. `timeout` is in milliseconds, for the message; the signal ends the attempt. */
export function probeGrpc(
  ip: string,
  action: core.GRPCAction,
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const address = `${ip}:${action.port}`;
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const session = connect(`http://${address}`);
  const finish = (result: ProbeResult): void => {
    signal.removeEventListener('abort', late);
    session.destroy();
    resolve(result);
  };
  const unreachable = (why: string): void =>
    finish(failed(`timeout: failed to connect service "${address}" within ${timeout / 1000}s: ${why}`));
  const late = (): void => unreachable('context deadline exceeded');
  signal.addEventListener('abort', late, { once: true });
  session.on('error', (error) => unreachable(error.message));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const chunks: Buffer[] = [];
  let refused: ProbeResult | undefined;
  const look = (headers: IncomingHttpHeaders): void => {
    refused ??= refusal(headers);
  };
  stream.on('response', look);
  stream.on('trailers', look);
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', (error) => unreachable(error.message));
  stream.on('end', () => finish(refused ?? verdict(Buffer.concat(chunks))));
  stream.end(healthRequest(action.service ?? ''));
  return promise;
}
