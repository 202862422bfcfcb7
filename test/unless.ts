/** How a test says that this machine lacks what it needs: it is skipped, with the reason in its title. */
import { describe, test } from 'vitest';

/** Says what is skipped, and why; every reporter prints titles. */
export const skip =
  (obstacle: string) =>
  (title: string, ..._: unknown[]): void =>
    test.skip(`${title} (skipped: ${obstacle})`);

/** `describe` and `test`; where there is an obstacle, ones that only say what is skipped, and why. */
export const unless = (obstacle: string | undefined) =>
  obstacle ? { describe: skip(obstacle), test: skip(obstacle) } : { describe, test };
