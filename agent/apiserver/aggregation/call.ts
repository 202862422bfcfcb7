/** A request of a component in this process to another API server. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { messageOf } from '../../api/errors.ts';
import type { SizeLimits } from '../../api/json/limits.ts';
import { parseJson, parsingJson } from '../../api/json/parse.ts';
import { mediaType } from '../../api/media-types.ts';
import type { APIService, WatchEvent } from '../../api/types.ts';
import type { ApiRequest, ApiResponse } from '../../client/transport.ts';
import type { Clock } from '../../clock.ts';
import { isTrue } from '../request.ts';
import type { Turns } from '../turns.ts';
import type { UserInfo } from '../user.ts';
import { type Backends, gathered, openAnswer, outgoingHeaders } from './backend.ts';
import { deadline } from './deadline.ts';

export interface CallOptions {
  service: APIService;
  user: UserInfo;
  /** Milliseconds until the answer must be complete; undefined: it may last. */
  timeout: number | undefined;
  backends: Backends;
  clock: Clock;
  turns: Turns;
}

/** Of an answer that is no watch: a list of many objects. */
const answerLimits: SizeLimits = { bytes: 32 << 20, values: 2_000_000 };
/** Of one event: upstream stores no larger object, and its managers come on top. */
const eventLimits: SizeLimits = { bytes: 4 << 20, values: 100_000 };

const newline = 0x0a;

/** Ends where the other server ends the watch, or sends something that is no event. */
async function* eventsOf(answer: IncomingMessage, done: () => void): AsyncGenerator<WatchEvent> {
  try {
    let pending: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      let rest = chunk;
      for (let at = rest.indexOf(newline); at !== -1; at = rest.indexOf(newline)) {
        const line = Buffer.concat([...pending, rest.subarray(0, at)]);
        pending = [];
        size = 0;
        rest = rest.subarray(at + 1);
        if (line.length > 0) yield parseJson(line, eventLimits) as WatchEvent;
      }
      pending.push(rest);
      size += rest.length;
      if (size > eventLimits.bytes) throw new Error(`an event is too large: limit is ${eventLimits.bytes} bytes`);
    }
  } finally {
    done();
    answer.destroy();
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(entries);
}

const unavailable = (text: string): ApiResponse => ({
  status: 503,
  headers: { 'content-type': 'text/plain' },
  body: text,
});

async function bodyOf(answer: IncomingMessage, { turns }: CallOptions): Promise<unknown> {
  const bytes = await gathered(answer, answerLimits.bytes);
  const isJson = (answer.headers['content-type'] ?? '').includes('json');
  return isJson ? turns.run(parsingJson(bytes, answerLimits)) : bytes.toString('utf8');
}

/** Resolves with 503 where the other server cannot be reached or breaks off; rejects where the caller gives up. */
export async function callInProcess(options: CallOptions, asked: ApiRequest): Promise<ApiResponse> {
  const { service, user, timeout, backends, clock } = options;
  const isWatch = isTrue(new URLSearchParams(asked.path.split('?')[1]).get('watch'));
  const time = deadline(clock, isWatch ? undefined : timeout);
  const giveUp = () => time.abort();
  asked.signal?.addEventListener('abort', giveUp, { once: true });
  const done = () => {
    time.cancel();
    asked.signal?.removeEventListener('abort', giveUp);
  };
  const body = asked.body === undefined ? undefined : Readable.from([Buffer.from(JSON.stringify(asked.body))]);
  try {
    const { backend } = backends.to(service, asked.path);
    const own = { accept: mediaType.json, ...(body ? { 'content-type': mediaType.json } : {}), ...asked.headers };
    const headers = outgoingHeaders(own, user);
    const answer = await openAnswer({ ...backend, headers }, asked.method, body, time.signal);
    const { statusCode: status = 503 } = answer;
    if (isWatch && status === 200) return { status, headers: headersOf(answer), events: eventsOf(answer, done) };
    const response = { status, headers: headersOf(answer), body: await bodyOf(answer, options) };
    done();
    return response;
  } catch (error) {
    done();
    asked.signal?.throwIfAborted();
    return unavailable(messageOf(error));
  }
}
