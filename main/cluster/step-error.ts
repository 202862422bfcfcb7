import type { CallError } from '../contract/reply.ts';

/** A step that did not come to its end, with what its failure card shows. */
export class StepError extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;
  /** As one would type it: what failed, or what shows why. */
  readonly command: string | undefined;
  /** Whose log tells why. */
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
