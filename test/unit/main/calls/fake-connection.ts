/** A connection whose answers are written down in advance; what was asked is kept. */
import type { KubeConnection, KubeRequest } from '../../../../main/kube/connection.ts';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Chunks of the body; an `Error` breaks the connection there. */
  body: (string | Error)[];
  /** After its chunks the body stays open until the request is aborted. */
  hangs?: boolean;
}

export function fakeConnection(answers: (Answer | Error)[]): KubeConnection & { asked: KubeRequest[] } {
  const asked: KubeRequest[] = [];
  return {
    asked,
    async request(request) {
      asked.push(request);
      const answer = answers.shift();
      if (!answer) throw new Error(`no answer left for ${request.path}`);
      if (answer instanceof Error) throw answer;
      return { status: answer.status ?? 200, headers: answer.headers ?? {}, body: bodyOf(answer, request.signal) };
    },
    socket: () => Promise.reject(new Error('not a socket')),
  };
}

async function* bodyOf({ body, hangs }: Answer, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (const chunk of body) {
    if (chunk instanceof Error) throw chunk;
    yield new TextEncoder().encode(chunk);
  }
  if (!hangs) return;
  await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}
