/**
 * The way to another API server: an endpoint of its service, and how both ends know each other.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/status/remote/remote_available_controller.go
 * (BuildTransportConfig)
 */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import { messageOf } from '../../api/errors.ts';
import type { APIService } from '../../api/types.ts';
import { type Backend, send } from '../streams/forward.ts';
import type { UserInfo } from '../user.ts';
import { bundleOf } from '../webhooks/client.ts';
import { checkIdentity, failureText } from '../webhooks/failures.ts';
import type { Address } from '../webhooks/service-address.ts';
import type { FrontProxy } from './options.ts';

/** The certificates of the service could not be read: upstream answers 500. */
export class BadBundle extends Error {}

/** There is no endpoint. */
export class Unreachable extends Error {}

export interface Backends {
  /**
   * An endpoint of the service, for a path with its query. Throws `BadBundle`, and `Unreachable` where there is none.
   * `shown` is the address as failures name it.
   */
  to(service: APIService, path: string): { backend: Omit<Backend, 'headers'>; shown: string };
  close(): void;
}

export interface BackendsOptions {
  frontProxy: FrontProxy | undefined;
  /** Of a port of a service. Throws where there is none. */
  endpointOf(namespace: string, name: string, port: number): Address;
  reach(endpoint: Address): Address;
}

const defaultPort = 443;

const hostOf = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

export function createBackends({ frontProxy, endpointOf, reach }: BackendsOptions): Backends {
  const credential = frontProxy ? { cert: frontProxy.certificate, key: frontProxy.key } : {};
  const agent = new Agent({ ...credential, keepAlive: false, checkServerIdentity: checkIdentity });

  const caOf = ({ spec: { caBundle } }: APIService): string | undefined => {
    try {
      return bundleOf({ ...(caBundle ? { caBundle } : {}) });
    } catch (error) {
      throw new BadBundle(messageOf(error), { cause: error });
    }
  };
  const locate = ({ spec: { service } }: APIService): { at: Address; shown: Address } => {
    try {
      const { namespace = '', name = '', port = defaultPort } = service ?? {};
      const shown = endpointOf(namespace, name, port);
      return { at: reach(shown), shown };
    } catch (error) {
      throw new Unreachable(messageOf(error), { cause: error });
    }
  };

  return {
    to: (service, path) => {
      const ca = caOf(service);
      const { at, shown } = locate(service);
      const { name = '', namespace = '' } = service.spec.service ?? {};
      const connection = {
        servername: `${name}.${namespace}.svc`,
        rejectUnauthorized: service.spec.insecureSkipTLSVerify !== true,
        ...(ca ? { ca } : {}),
      };
      return {
        backend: { url: new URL(`https://${hostOf(at)}`), path: asWritten(path), agent, connection },
        shown: `https://${hostOf(shown)}${path}`,
      };
    },
    close: () => agent.destroy(),
  };
}

/** What may not stand in a request line, and the sign of a fragment. */
const unwritable = /[^!-~]|[\\#"<>^`{|}]/gu;

/**
 * What has been authorized is what is asked for: dots and escapes stay as the client wrote them. Only what no path may
 * have is escaped, byte by byte as Node has read it.
 */
const asWritten = (path: string): string =>
  path.replace(unwritable, (character) =>
    [...Buffer.from(character, character > 'ÿ' ? 'utf8' : 'latin1')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );

/** Node writes headers byte by byte; Go sends UTF-8. */
const wire = (value: string): string => Buffer.from(value, 'utf8').toString('latin1');

/** What may not stand in the name of a header is escaped, and so is the sign of the escape. */
const escaped = (key: string): string =>
  [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9a-zA-Z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** https://github.com/kubernetes/client-go/blob/release-1.36/transport/round_trippers.go (SetAuthProxyHeaders) */
function identityHeaders({ username, uid, groups, extra = {} }: UserInfo): OutgoingHttpHeaders {
  const extras = Object.entries(extra).map(([key, values]) => [
    `x-remote-extra-${escaped(key.toLowerCase())}`,
    values.map(wire),
  ]);
  return {
    'x-remote-user': wire(username),
    ...(uid ? { 'x-remote-uid': wire(uid) } : {}),
    ...(groups.length > 0 ? { 'x-remote-group': groups.map(wire) } : {}),
    ...Object.fromEntries(extras),
  };
}

/** Who the client says it is, to this server or instead of it. */
const isIdentity = (name: string): boolean => /^(authorization$|x-remote-|impersonate-)/.test(name);

const withoutIdentity = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !isIdentity(name)));

/** Those of the user are the last word. */
export const outgoingHeaders = (headers: IncomingHttpHeaders, user: UserInfo): IncomingHttpHeaders =>
  ({ ...withoutIdentity(headers), ...identityHeaders(user) }) as IncomingHttpHeaders;

/** Resolves with the head of the answer; rejects with what Go would say. */
export async function openAnswer(
  backend: Backend,
  method: string,
  body: Readable | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await send(backend, method, body, signal);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    throw new Error(signal.aborted ? 'context deadline exceeded' : failureText(cause ?? error), { cause: error });
  }
}

/** Rejects where the body is longer than `most` bytes or breaks off. */
export async function gathered(answer: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      answer.destroy();
      throw new Error(`the answer is too large: limit is ${most} bytes`);
    }
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error('unexpected EOF');
  return Buffer.concat(chunks, size);
}
