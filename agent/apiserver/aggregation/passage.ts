/**
 * Passes requests on to another API server, with the user that this one has found out and without the client's own
 * credentials.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/apiserver/handler_proxy.go
 */
import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../api/errors.ts';
import type { ApiRequest } from '../../client/transport.ts';
import { timedOut } from '../errors.ts';
import type { Passage } from '../reply.ts';
import { bodyOf, endToEnd, passOn, passUpgradeOn, upgradeHeaders } from '../streams/forward.ts';
import type { StreamRequest, StreamResponse } from '../streams/types.ts';
import { openAnswer, outgoingHeaders } from './backend.ts';
import { type CallOptions, callInProcess } from './call.ts';
import { deadline, discoveryTimeout, requestTimeout } from './deadline.ts';

const redirected = 'the backend attempted to redirect this request, which is not permitted';
const isRedirect = ({ statusCode = 0, headers }: IncomingMessage): boolean =>
  statusCode >= 300 && statusCode <= 399 && headers.location !== undefined;

/** As Go's `http.Error`. */
const plainHeaders = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

function refuse(response: StreamResponse, status: number, text: string): void {
  response.writeHead(status, plainHeaders);
  response.end(`${text}\n`);
}

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  if (!socket.writable) return;
  const text = `${reason}\n`;
  const headers = { ...plainHeaders, connection: 'close', 'content-length': Buffer.byteLength(text) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
}

const defined = (headers: IncomingHttpHeaders): Record<string, string | string[]> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

export function createPassage(options: CallOptions): Passage {
  const { service, user, timeout, backends, clock } = options;

  const request = async (incoming: StreamRequest, response: StreamResponse): Promise<void> => {
    const time = deadline(clock, timeout);
    response.once('close', () => {
      time.cancel();
      time.abort();
    });
    try {
      const { backend } = backends.to(service, incoming.url ?? '/');
      const headers = outgoingHeaders(endToEnd(incoming.headers), user);
      const answer = await openAnswer({ ...backend, headers }, incoming.method ?? 'GET', bodyOf(incoming), time.signal);
      if (isRedirect(answer)) {
        answer.destroy();
        refuse(response, 502, redirected);
      } else await passOn(answer, response, defined(endToEnd(answer.headers)));
    } catch (error) {
      if (time.isOver && timeout !== discoveryTimeout) throw timedOut();
      refuse(response, 503, messageOf(error));
    } finally {
      time.cancel();
    }
  };

  const upgrade = async (incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on('error', () => socket.destroy());
    const time = deadline(clock, requestTimeout);
    try {
      const { backend } = backends.to(service, incoming.url ?? '/');
      const headers = outgoingHeaders(upgradeHeaders(incoming.headers), user);
      await passUpgradeOn({ ...backend, headers, signal: time.signal }, incoming, socket, head);
    } catch (error) {
      if (time.isOver) refuseUpgrade(socket, 504, 'the backend did not answer in time');
      else refuseUpgrade(socket, 503, messageOf(error));
    } finally {
      time.cancel();
    }
  };

  return { request, upgrade, call: (asked: ApiRequest) => callInProcess(options, asked) };
}
