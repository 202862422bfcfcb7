/** Talks to an API server in a process of its own: what the client does takes nothing of the server's turns. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import { join } from 'node:path';
import type { Memory, Question, Ready } from './server.ts';

export interface Sent {
  method: string;
  path: string;
  /** Whether the client may do everything or nothing. */
  by: 'admin' | 'nobody';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** The client has seen enough where this comes in the answer. */
  until?: string;
}

export interface MeteredServer extends Ready {
  /** Resolves with the status. Rejects where the connection ends without an answer. */
  send(sent: Sent): Promise<number>;
  /** CPU milliseconds of the server's longest turn since the last call. */
  longestTurn(): Promise<number>;
  memory(): Promise<Memory>;
  close(): Promise<void>;
}

export async function startMeteredServer(): Promise<MeteredServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [ready]: [Ready] = (await once(child, 'message')) as [Ready];
  const ask = async <T>(question: Question): Promise<T> => {
    const answer = once(child, 'message');
    child.send(question);
    const [value] = await answer;
    return value;
  };
  const send = ({ method, path, by, headers, body, until }: Sent): Promise<number> =>
    new Promise((resolve, reject) => {
      const { certificate: cert, key } = ready[by];
      const options = { ca: ready.ca, cert, key, agent: false as const, method, headers };
      const request = https.request(`${ready.url}${path}`, options, (response) => {
        const done = () => resolve(response.statusCode ?? 0);
        response.on('error', reject).on('end', done);
        if (until === undefined) return response.resume();
        return response.setEncoding('utf8').on('data', (text: string) => {
          if (!text.includes(until)) return;
          done();
          response.destroy();
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  return {
    ...ready,
    send,
    longestTurn: () => ask('longest'),
    memory: () => ask('memory'),
    close: async () => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
