/** The agent of a container does not outlive its supervisor. */
import type { Clock } from '../clock.ts';

/** Milliseconds. */
const lookEvery = 500;

/**
 * Resolves when whoever started this process has ended. A node shares the machine's process numbers, so that the end of its
 * first process is not by itself that of the others: engines find those by their cgroup, which a rootless one may not have.
 * An agent that went on would keep writing what its successor, or nobody, knows of.
 */
export async function supervisorGone(parentOf: () => number, clock: Clock): Promise<void> {
  const supervisor = parentOf();
  while (parentOf() === supervisor) await clock.sleep(lookEvery);
}
