/**
 * Whether disruption budgets let a pod be evicted. What they allow is used up before the pod goes.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/storage/eviction.go
 */
import { ApiError } from '../../api/errors.ts';
import { isPodReady } from '../../api/pods.ts';
import { disruptionCondition, syncFailed, withAllowance } from '../../api/policy/disruptions.ts';
import { podDisruptionBudgets } from '../../api/policy/pod-disruption-budget.ts';
import { selects } from '../../api/selectors.ts';
import type { AnyObject, meta, Pod, PodDisruptionBudget, policy } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { forbidden } from '../errors.ts';

/** More evictions than this wait for the controller's confirmation: something is wrong with it. */
const mostDisruptedPods = 2000;

const refused = (message: string, details: Partial<meta.StatusDetails> = {}): ApiError =>
  new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    ...details,
    causes: [{ reason: 'DisruptionBudget', message }],
  });

/** The controller has not seen the budget, or the pod changed meanwhile: worth another try. */
export const stillProcessed = (budget: string): ApiError =>
  refused(`The disruption budget ${budget} is still being processed by the server.`, { retryAfterSeconds: 10 });

/** A failed sync comes first: its numbers are not to be trusted. */
function whyNoneAllowed(name: string, status: policy.PodDisruptionBudgetStatus): string {
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  const condition = disruptionCondition(status);
  const told = condition?.status === 'False' && condition.message ? condition : undefined;
  const none = `The disruption budget ${name} does not allow evicting pods currently`;
  if (told?.reason === syncFailed) return `${none} because it failed sync: ${told.message}`;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return told ? `${none} (${told.reason}): ${told.message}` : none;
}

const noStatus = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 };

/** Throws `ApiError` where the budget allows no disruption now. */
function useUp({ metadata, status = noStatus }: PodDisruptionBudget, pod: string, now: string) {
  const { name, generation = 0 } = metadata;
  const { observedGeneration = 0, disruptionsAllowed: allowed = 0, disruptedPods = {} } = status;
  if (observedGeneration < generation) throw stillProcessed(name);
  if (allowed < 0) throw forbidden(podDisruptionBudgets, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > mostDisruptedPods) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(podDisruptionBudgets, name, why);
  }
  if (allowed === 0) throw refused(whyNoneAllowed(name, status));
  const left = { ...status, disruptionsAllowed: allowed - 1, disruptedPods: { ...disruptedPods, [pod]: now } };
  return left.disruptionsAllowed === 0 ? withAllowance(left, now) : left;
}

const budgetsOf = ({ state }: Core, { metadata }: Pod): PodDisruptionBudget[] =>
  state
    .of(podDisruptionBudgets)
    .objects.list(metadata.namespace ?? '')
    .map(({ object }) => object as AnyObject as PodDisruptionBudget)
    .filter(({ spec }) => selects(spec.selector, metadata.labels));

/** A pod that is not ready counts for no budget, so that none is used up by its end. */
function mayGoUnready(pod: Pod, { spec, status = noStatus }: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false;
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/**
 * Resolves with the name of the budget that lets the pod go only as it is now: not ready. Rejects with `ApiError` 429
 * where a budget does not let it go, and 500 where there are several.
 */
export async function askBudgets(core: Core, pod: Pod, dryRun: boolean): Promise<string | undefined> {
  const [budget, another] = budgetsOf(core, pod);
  if (another) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new ApiError(500, '', why);
  }
  if (!budget) return undefined;
  const { name, namespace = '' } = budget.metadata;
  if (mayGoUnready(pod, budget)) return name;
  const now = timestamp(core.clock.now());
  await core.storage.change(podDisruptionBudgets, namespace, name, dryRun, ({ object }) => {
    const status = useUp(object as AnyObject as PodDisruptionBudget, pod.metadata.name, now);
    return { action: 'put', object: { ...object, status: { ...status } } };
  });
  return undefined;
}
