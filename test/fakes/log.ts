import type { Logger } from '../../agent/log.ts';

/** For tests that are not about what is logged. */
export const quietLog: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
