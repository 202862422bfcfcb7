/** The agent of a container and its supervisor (agent/image/supervise.sh): neither goes on without the other. */
import type { Clock } from '../clock.ts';

/** Milliseconds. */
const lookEvery = 500;
const beatEvery = 2_000;

/**
 * Resolves when whoever started this process has ended. A node shares the machine's process numbers, so that the end of its
 * first process is not by itself that of the others: engines find those by their cgroup, which a rootless one may not have.
 * An agent that went on would keep writing what its successor, or nobody, knows of.
 */
export async function supervisorGone(parentOf: () => number, clock: Clock): Promise<void> {
  const supervisor = parentOf();
  while (parentOf() === supervisor) await clock.sleep(lookEvery);
}

/**
 * Shows the supervisor that the event loop turns: `write` gets another count each time. It kills an agent whose count
 * stays the same for half a minute.
 */
export function startBeating(write: (count: string) => void, clock: Clock): void {
  let count = 0;
  const beat = () => {
    count += 1;
    write(`${count}\n`);
    clock.after(beatEvery, beat);
  };
  beat();
}
