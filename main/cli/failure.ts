import { flagOf } from '../cluster/names.ts';
import type { CallError } from '../contract/reply.ts';

/** The failure of a command, with what the user can do instead. */
export class CommandError extends Error implements CallError {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.hint = hint;
  }
}

export const noProfile = (profile: string) =>
  new CommandError(
    'ProfileNotFound',
    `there is no profile ${profile}`,
    `\`skiff start${flagOf(profile)}\` makes it; \`skiff status\` lists the profiles that exist.`,
  );

export const notRunning = (profile: string, state: string) =>
  new CommandError('NotRunning', `profile ${profile} is ${state}`, `\`skiff start${flagOf(profile)}\` starts it.`);
