/** What is there of a profile whose nodes are containers: also where its engine is not there, or says nothing. */

import type { ClusterStatus } from '../contract/clusters.ts';
import { EngineError } from '../engine/errors.ts';
import type { ClusterPki } from './pki.ts';
import type { Place } from './platform.ts';
import type { Profile } from './profile.ts';
import { readStatus, unreachable } from './status.ts';

/** An engine that was there a moment ago tells what it runs in this time; milliseconds. */
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
    // The other profiles are none the worse for it.
    engines.forget();
    return unreachable(profile, problem);
  }
}

const silent = ({ engine }: Profile) =>
  new EngineError(
    'EngineSilent',
    `the engine at ${engine} is there, but did not answer within ${enginePatience / 1000} s`,
    {
      hint: 'Start it anew: it may hang, or its disk may be full.',
    },
  );
