/**
 * Calls one member of etcd through its JSON gateway, which every release since 3.4 serves under `/v3`: bytes are
 * base64, 64-bit numbers are strings, and fields with zero values are left out. It needs no gRPC library.
 * https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/
 */
import { type Agent, type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plain } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { StoreUnavailableError } from './store.ts';

export interface EtcdMember {
  /** E.g. `https://127.0.0.1:2379`. */
  url: string;
  /** PEM. Absent for a member that serves `http`. */
  tls?: { ca: string; cert: string; key: string };
}

export interface EtcdGateway {
  /** Rejects with etcd's own message, or with how the member could not be reached. */
  call(path: string, body: object): Promise<unknown>;
  /** Yields the messages of an answer that goes on, one per line. */
  stream(path: string, body: object, signal: AbortSignal): AsyncGenerator<unknown>;
  close(): void;
}

/** Milliseconds. etcd itself gives up a write after seven seconds, and says so. */
const patience = 10_000;
/** Requests at once. The rest wait here, because each one takes a connection of its own. */
const connections = 128;

/** https://github.com/etcd-io/etcd/blob/main/api/v3rpc/rpctypes/error.go has the messages. */
export class EtcdRefusal extends Error {
  override readonly name = 'EtcdRefusal';
}

function messageIn(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { message?: string; error?: string | { message?: string } };
    if (answer.message) return answer.message;
    return typeof answer.error === 'string' ? answer.error : answer.error?.message;
  } catch {
    // A proxy, or something else that is not etcd, has answered.
    return undefined;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** The pieces of a line are joined once: an event can have megabytes. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of response) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      pieces = [];
      rest = rest.subarray(end + 1);
    }
    pieces.push(rest);
  }
}

interface StreamMessage {
  result?: unknown;
  error?: { message?: string };
}

export function createEtcdGateway({ url, tls }: EtcdMember): EtcdGateway {
  const options = { keepAlive: true, maxSockets: connections };
  const agent: Agent = tls ? new SecureAgent({ ...options, ...tls }) : new PlainAgent(options);
  /** Watches last: they must not take the connections of the calls. */
  const lasting: Agent = tls ? new SecureAgent(tls) : new PlainAgent();
  const unreachable = (error: Error) =>
    new StoreUnavailableError(`etcd at ${url} does not answer: ${error.message}`, { cause: error });

  const answerTo = (path: string, body: object, using: Agent, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const text = Buffer.from(JSON.stringify(body));
      const headers = { 'content-type': 'application/json', 'content-length': text.length };
      const send = tls ? secure : plain;
      const request: ClientRequest = send(`${url}/v3${path}`, { method: 'POST', agent: using, headers, signal });
      request.once('response', resolve);
      request.on('error', (error) => reject(unreachable(error)));
      request.end(text);
    });

  const refusal = async (response: IncomingMessage): Promise<EtcdRefusal> => {
    const text = await textOf(response);
    return new EtcdRefusal(messageIn(text) ?? `etcd at ${url} answered ${response.statusCode}: ${text.slice(0, 200)}`);
  };

  return {
    async call(path, body) {
      const response = await answerTo(path, body, agent, AbortSignal.timeout(patience));
      if (response.statusCode !== 200) throw await refusal(response);
      return JSON.parse(await textOf(response));
    },
    async *stream(path, body, signal) {
      const response = await answerTo(path, body, lasting, signal);
      if (response.statusCode !== 200) throw await refusal(response);
      try {
        for await (const line of linesOf(response)) {
          const { result, error } = JSON.parse(line) as StreamMessage;
          if (error) throw new EtcdRefusal(error.message ?? line);
          yield result;
        }
      } finally {
        response.destroy();
      }
    },
    close: () => {
      agent.destroy();
      lasting.destroy();
    },
  };
}
