/**
 * The agent's side of its supervisor: `agent/image/supervise.sh` in a container, `agent/supervisor.ts` for simulated
 * nodes. The agent shows that it moves, and stops when its supervisor is gone.
 */
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Clock } from '../clock.ts';

/** In milliseconds. */
const beatInterval = 5_000;

/**
 * The supervisor of a node alone holds the other end of its agent's standard input. Undefined where that is no pipe:
 * somebody else has started this process.
 */
export const supervisorPipe = (process: NodeJS.Process): Readable | undefined =>
  fstatSync(process.stdin.fd).isFIFO() ? process.stdin : undefined;

/**
 * Resolves when the supervisor has ended. A node shares the host's PID namespace, so the end of the container's first
 * process does not end the others: the engine must find them by their cgroup, which a rootless engine may lack. An
 * orphaned agent would keep writing beside its successor.
 */
export async function supervisorEnded(pipe: Readable): Promise<void> {
  pipe.resume();
  await finished(pipe);
}

/**
 * Shows the supervisor that the event loop turns: writes a new count at each interval. The supervisor kills an agent
 * whose count stays the same for half a minute.
 */
export function startHeartbeat(write: (count: string) => void, clock: Clock): void {
  let count = 0;
  const beat = () => {
    count += 1;
    write(`${count}\n`);
    clock.after(beatInterval, beat);
  };
  beat();
}

/** What an agent tells a supervisor with a channel: its event loop turns; all its parts have started. */
export type AgentMessage = 'beat' | 'up';

export interface SupervisorChannel {
  send(message: AgentMessage): void;
  onClose(listener: () => void): void;
}

/** The channel to the process that has started this one; undefined if that process opened none. */
export function supervisorChannel(process: NodeJS.Process): SupervisorChannel | undefined {
  const send = process.send?.bind(process);
  return (
    send && { send: (message) => void send(message), onClose: (listener) => void process.once('disconnect', listener) }
  );
}
