import type { Machine } from '../../cluster/machine.ts';

export interface Finding {
  check: string;
  outcome: 'ok' | 'warning' | 'failed';
  message: string;
  fix?: string;
}

/** Looks at one thing and changes nothing. An error that it throws becomes a finding with the error's hint. */
export type Check = (machine: Machine, signal: AbortSignal) => Promise<Finding[]>;
