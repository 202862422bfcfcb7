import type { CallError } from '../contract/reply.ts';

/** The failure of a step, with what the failure card shows. */
export class StepError extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;
  /** A command as the user would type it: the one that failed, or one that shows why. */
  readonly command: string | undefined;
  /** The node whose log explains the failure. */
  readonly node: string | undefined;

  constructor(
    code: string,
    message: string,
    { hint, command, node, cause }: { hint?: string; command?: string; node?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'StepError';
    this.code = code;
    this.hint = hint;
    this.command = command;
    this.node = node;
  }
}
