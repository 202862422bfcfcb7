/** How long the pods of a node have when it shuts down: the kubelet's settings of the same names. Pure. */
import type { StartOptions } from '../../contract/clusters.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Profile } from '../profile.ts';

/**
 * `present` is what an existing profile has; 0 takes it away. Throws `EngineError` if the part for critical pods is
 * larger than the whole.
 */
export function shutdownOf(
  { shutdownGracePeriod, shutdownGracePeriodCriticalPods }: StartOptions,
  present: Profile['shutdown'],
): Pick<Profile, 'shutdown'> {
  const gracePeriod = shutdownGracePeriod ?? present?.gracePeriod ?? 0;
  const kept = shutdownGracePeriod === undefined ? present?.criticalPods : undefined;
  const criticalPods = shutdownGracePeriodCriticalPods ?? kept ?? Math.floor(gracePeriod / 3);
  if (criticalPods > gracePeriod) {
    throw new EngineError('ShutdownPeriods', `critical pods cannot have ${criticalPods} of ${gracePeriod} seconds`, {
      hint: 'Give `--shutdown-grace-period` for all pods, of which `--shutdown-grace-period-critical-pods` is a part.',
    });
  }
  return gracePeriod > 0 ? { shutdown: { gracePeriod, criticalPods } } : {};
}
