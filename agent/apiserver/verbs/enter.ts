/** What every new or changed object goes through before it is stored. */
import { admit } from '../admission/admit.ts';
import type { Core, Served, Write } from '../core.ts';
import type { ServerRequest } from '../request.ts';
import { validate } from '../validation.ts';

/**
 * Admits and validates; throws `ApiError` to refuse. What it returns is called once the object has been stored or has
 * failed to be, to let go of what admission reserved.
 */
export function enter(
  core: Core,
  { kind }: Served,
  { user, warnings }: ServerRequest,
  change: Pick<Write, 'object' | 'old' | 'subresource' | 'dryRun'>,
): () => void {
  const write = { kind, user, warnings, ...change };
  const settle = admit(core, write);
  try {
    validate(core, write);
  } catch (error) {
    settle();
    throw error;
  }
  return settle;
}
