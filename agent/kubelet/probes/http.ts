/**
 * Probes by HTTP. Redirects to the same host are followed; one to another host ends the attempt with a warning.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/probe/http/http.go
 */
import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { core } from '../../api/types.ts';
import { kubernetesMinor } from '../../api/version.ts';
import { portOf } from '../spec/containers.ts';
import { dialError } from './dial-error.ts';
import { failed, type ProbeResult, passed, passedWithWarning } from './result.ts';

/** Go's limit for the redirects of one request, which upstream keeps. */
const mostRedirects = 10;
/** Upstream's limit for the text of an answer, in bytes. */
const maxBody = 10 * 1024;

function addressOf(container: core.Container, ip: string, get: core.HTTPGetAction): URL {
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const scheme = get.scheme === 'HTTPS' ? 'https' : 'http';
  return new URL(`${scheme}://${get.host || ip}:${portOf(container, get.port)}${path}`);
}

function headersOf({ httpHeaders = [] }: core.HTTPGetAction): Record<string, string> {
  const own = { 'user-agent': `kube-probe/${kubernetesMinor}`, accept: '*/*', connection: 'close' };
  return { ...own, ...Object.fromEntries(httpHeaders.map(({ name, value = '' }) => [name.toLowerCase(), value])) };
}

async function ask(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const options = { headers, signal, agent: false as const };
  const call =
    url.protocol === 'https:'
      ? requestHttps(url, { ...options, rejectUnauthorized: false })
      : requestHttp(url, options);
  // An error before the answer also fails the wait for it; one after it does not matter.
  call.on('error', () => undefined);
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return response;
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text = (text + chunk).slice(0, maxBody);
    if (text.length === maxBody) break;
  }
  return text;
}

/** Where a redirect leads; undefined for any other answer. */
function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  const { location } = headers;
  return [301, 302, 303, 307, 308].includes(statusCode) && location ? new URL(location, from) : undefined;
}

async function verdict(response: IncomingMessage): Promise<ProbeResult> {
  const { statusCode = 0 } = response;
  if (statusCode >= 300 && statusCode < 400) {
    return passedWithWarning(`Probe terminated redirects, Response body: ${await bodyOf(response)}`);
  }
  response.resume();
  return statusCode >= 200 && statusCode < 300 ? passed : failed(`HTTP probe failed with statuscode: ${statusCode}`);
}

function problem(error: NodeJS.ErrnoException, url: URL, signal: AbortSignal): ProbeResult {
  const why = signal.aborted
    ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    : dialError(error, url.hostname, Number(url.port));
  return failed(`Get "${url}": ${why}`);
}

/** Asks once. The signal ends the attempt. */
export async function probeHttp(
  container: core.Container,
  ip: string,
  get: core.HTTPGetAction,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const first = addressOf(container, ip, get);
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    try {
      const response = await ask(url, headersOf(get), signal);
      const next = redirectOf(response, url);
      if (!next || next.hostname !== first.hostname) return await verdict(response);
      response.resume();
      if (redirects === mostRedirects) return failed(`Get "${next}": stopped after ${mostRedirects} redirects`);
      url = next;
    } catch (error) {
      return problem(error as NodeJS.ErrnoException, url, signal);
    }
  }
}
