/** The status of a profile whose nodes are containers, also if its engine is missing or does not answer. */

import type { ClusterStatus } from '../contract/clusters.ts';
import { EngineError } from '../engine/errors.ts';
import type { ClusterPki } from './pki.ts';
import type { Place } from './platform.ts';
import type { Profile } from './profile.ts';
import { readStatus, unreachable } from './status.ts';

/** Milliseconds that an engine may take to describe what it runs. */
const enginePatience = 15_000;

export async function containerStatus(
  { engines, profile }: Place,
  pki: ClusterPki | undefined,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(enginePatience)]);
  try {
    return await readStatus(await engines.of(profile, inTime), profile, pki, inTime);
  } catch (error) {
    signal.throwIfAborted();
    const problem = inTime.aborted ? silent(profile) : error;
    if (!(problem instanceof EngineError)) throw error;
    // One silent engine must not slow down the status of the other profiles.
    engines.forget();
    return unreachable(profile, problem);
  }
}

const silent = ({ engine }: Profile) =>
  new EngineError(
    'EngineSilent',
    `the engine at ${engine} accepts connections, but did not answer within ${enginePatience / 1000} s`,
    {
      hint: 'Restart the engine: it may hang, or its disk may be full.',
    },
  );
