/**
 * The process that starts the agent of simulated nodes, and outlives it. A node's container has a shell script for this
 * (agent/image/supervise.sh); simulated nodes run on every platform, so theirs is a small Node process. Both processes
 * share a channel: the agent beats through it, and ends when it closes.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { type SupervisedProcess, supervise } from './roles/supervise.ts';
import type { AgentMessage } from './roles/supervised.ts';

function startAgent(): SupervisedProcess {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'agent.js')], {
    windowsHide: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const on = (wanted: AgentMessage) => (listener: () => void) => {
    child.on('message', (message) => {
      if (message === wanted) listener();
    });
  };
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(`could not be started: ${message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with ${code}`));
  });
  return { ended, onBeat: on('beat'), onUp: on('up'), kill: (signal) => void child.kill(signal) };
}

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

supervise({
  start: startAgent,
  clock: systemClock,
  log: (line) => process.stderr.write(`${line}\n`),
  signal: stopping.signal,
}).catch((error: unknown) => {
  process.stderr.write(`supervisor: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
