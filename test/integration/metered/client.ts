/** Talks to an API server in a process of its own: what the client does takes nothing of the server's turns. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import { join } from 'node:path';
import { memoryFlags, memoryVariables } from '../../../main/cluster/nodes-process.ts';
import type { Question, Ready } from './server.ts';

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
  /** Bytes in use after a collection. */
  alive(): Promise<number>;
  /** Bytes of the process, as the system counts them. */
  resident(): Promise<number>;
  /** Stops measuring turns, which allocates, until the next call of `longestTurn`. */
  rest(): Promise<unknown>;
  close(): Promise<void>;
}

export async function startMeteredServer(): Promise<MeteredServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), {
    execArgv: memoryFlags,
    env: { ...process.env, ...memoryVariables },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [ready]: [Ready] = (await once(child, 'message')) as [Ready];
  const ask = async (question: Question): Promise<number> => {
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
    alive: () => ask('alive'),
    resident: () => ask('resident'),
    rest: () => ask('rest'),
    close: async () => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
