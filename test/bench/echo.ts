/** Starts the server of `echo-process.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchClient, type Credentials } from './client.ts';

export type EchoAddress = Credentials;

export interface Echo {
  client: BenchClient;
  close(): Promise<void>;
}

export async function startEcho(): Promise<Echo> {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-echo-'));
  const child = fork(new URL('./echo-process.ts', import.meta.url), [folder]);
  const [address]: [EchoAddress] = await Promise.race([
    once(child, 'message') as Promise<[EchoAddress]>,
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the echo ended with ${code}`))),
  ]);
  const client = new BenchClient(address);
  return {
    client,
    close: async () => {
      client.close();
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
