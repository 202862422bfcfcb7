import { findEngine } from '../../../main/engine/find.ts';

/** Why tests that need a container engine cannot run; undefined where they can. */
export async function noEngine(): Promise<string | undefined> {
  const { engine, status } = await findEngine();
  return engine ? undefined : `no container engine answers (looked at ${status.looked.length} places)`;
}
