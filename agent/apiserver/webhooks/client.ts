/**
 * Posts reviews to the servers that users register.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/webhook/client.go
 */
import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { SizeLimits } from '../../api/json/limits.ts';
import type { admissionregistration } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { State } from '../state/state.ts';
import type { Turns } from '../turns.ts';
import { decodeAnswer } from './answers.ts';
import { exchange, type Outgoing } from './exchange.ts';
import { checkIdentity, failureText } from './failures.ts';
import { type Address, serviceAddress } from './service-address.ts';

type ClientConfig = admissionregistration.WebhookClientConfig;

export interface Post {
  /** With a URL or a service. Without a bundle the roots of this machine count. */
  config: ClientConfig;
  review: object;
  /** Seconds, which the server is told as well. */
  timeout: number;
  /** Of the answer. */
  limits: SizeLimits;
}

export interface WebhookClient {
  /** Resolves with the decoded answer. Rejects with an `Error` whose message is upstream's. */
  post(post: Post): Promise<unknown>;
  close(): void;
}

export interface WebhookClientOptions {
  state: State;
  clock: Clock;
  turns: Turns;
  /** Where the endpoint of a service really is. Throws where this process reaches no pods. */
  reach?: (endpoint: Address) => Address;
}

/** Milliseconds that an idle connection is kept: Go's default. */
const idle = 90_000;

/** PEM; undefined where the roots of this machine count. Throws upstream's text where it is none. */
export function bundleOf({ caBundle }: { caBundle?: string }): string | undefined {
  if (!caBundle) return undefined;
  const pem = Buffer.from(caBundle, 'base64').toString('latin1');
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new Error('unable to load root certificates: unable to parse bytes as PEM block');
}

const nameOf = ({ name, namespace }: NonNullable<ClientConfig['service']>): string => `${name}.${namespace}.svc`;

/** The URL that failures name. */
function urlOf({ url, service }: ClientConfig, timeout: number): { url: URL; text: string } {
  const { port = 443, path = '' } = service ?? {};
  const base = service ? `https://${nameOf(service)}:${port}${path.startsWith('/') ? path : `/${path}`}` : (url ?? '');
  const parsed = new URL(base);
  parsed.searchParams.set('timeout', `${timeout}s`);
  // A URL hides the port that HTTPS has anyway; Go's does not.
  const text = service ? `https://${nameOf(service)}:${port}${parsed.pathname}${parsed.search}` : parsed.href;
  return { url: parsed, text };
}

export function createWebhookClient(options: WebhookClientOptions): WebhookClient {
  const { state, clock, turns, reach = (endpoint: Address) => endpoint } = options;
  const agent = new Agent({ keepAlive: true, timeout: idle, checkServerIdentity: checkIdentity });

  const addressOf = ({ service }: ClientConfig, url: URL): Pick<Outgoing, 'host' | 'port' | 'serverName'> => {
    if (service) {
      const { namespace, name, port = 443 } = service;
      const endpoint = serviceAddress(state, namespace, name, port, Math.random());
      return { ...reach(endpoint), serverName: nameOf(service) };
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return { host, port: Number(url.port || 443), ...(isIP(host) ? {} : { serverName: host }) };
  };

  const send = async (config: ClientConfig, url: URL, rest: Pick<Outgoing, 'body' | 'ca' | 'most' | 'signal'>) =>
    exchange({
      ...addressOf(config, url),
      ...rest,
      agent,
      authority: config.service ? `${url.hostname}:${url.port || 443}` : url.host,
      path: `${url.pathname}${url.search}`,
    });

  return {
    post: async ({ config, review, timeout, limits }) => {
      const { url, text } = urlOf(config, timeout);
      const ca = bundleOf(config);
      await turns.pause();
      const body = Buffer.from(JSON.stringify(review));
      const late = new AbortController();
      const cancel = clock.after(timeout * 1000, () => late.abort());
      const sent = send(config, url, { body, ca, most: limits.bytes, signal: late.signal }).finally(cancel);
      const answer = await sent.catch((error: unknown) => {
        const reason = late.signal.aborted ? 'context deadline exceeded' : failureText(error);
        throw new Error(`Post ${JSON.stringify(text)}: ${reason}`, { cause: error });
      });
      return decodeAnswer(answer, limits, turns);
    },
    close: () => agent.destroy(),
  };
}
