/**
 * Keeps the status of disruption budgets, which the eviction of pods goes by.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/disruption/disruption.go
 */
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { isConflict, messageOf } from '../../api/errors.ts';
import { controllerOf } from '../../api/owner.ts';
import { podDisruptionBudgets } from '../../api/policy/pod-disruption-budget.ts';
import { selects } from '../../api/selectors.ts';
import type { meta, Pod, PodDisruptionBudget } from '../../api/types.ts';
import { type InformerChange, keyOf } from '../../client/informer.ts';
import { byNamespace, byUid, type Context, namespaceIndex, uidIndex, watch } from '../shared/controller.ts';
import { printedSelector } from '../shared/printed-selector.ts';
import { defineController } from '../shared/runtime.ts';
import { findScale } from '../shared/scale.ts';
import { dependsOnScale, expectedCounts, failedStatus, planDisrupted, planStatus, sameStatus } from './plan.ts';

const budgetsOf = ({ informer }: Context, { metadata }: Pod): PodDisruptionBudget[] =>
  informer(podDisruptionBudgets)
    .byIndex(namespaceIndex, metadata.namespace ?? '')
    .filter(({ spec }) => selects(spec.selector, metadata.labels));

const podsOf = ({ informer }: Context, { metadata, spec }: PodDisruptionBudget): Pod[] =>
  informer(pods)
    .byIndex(namespaceIndex, metadata.namespace ?? '')
    .filter((pod) => selects(spec.selector, pod.metadata.labels));

/** Budgets that selected the pod before its labels changed count as well. */
function* budgetsOfChange({ type, object, old }: InformerChange<Pod>, context: Context): Generator<string> {
  const matching = budgetsOf(context, object);
  if (matching.length > 1 && type !== 'deleted') {
    const { namespace, name } = object.metadata;
    const chosen = matching[0]?.metadata.name;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen}" arbitrarily.`;
    context.recorder.event(object, 'Warning', 'MultiplePodDisruptionBudgets', message);
  }
  for (const budget of matching) yield keyOf(budget);
  if (old) yield* budgetsOf(context, old).map(keyOf);
}

/** What scales a pod: of a deployment's replica set it is the deployment. */
async function scaleOf(context: Context, owner: meta.OwnerReference, namespace: string) {
  const [replicaSet] = context.informer(replicaSets).byIndex(uidIndex, owner.uid);
  const above = replicaSet && controllerOf(replicaSet);
  for (const reference of above?.kind === 'Deployment' ? [above, owner] : [owner]) {
    const scale = await findScale(context, reference, namespace);
    if (scale?.metadata.uid === reference.uid) return scale;
  }
  return undefined;
}

interface Expected {
  scale: number;
  unmanaged: boolean;
}

/** The sum over the controllers of the pods. Rejects where a controller cannot be asked. */
async function expectedScale(context: Context, namespace: string, covered: readonly Pod[]): Promise<Expected> {
  const asked = new Set<string>();
  const replicas = new Map<string, number>();
  let unmanaged = false;
  for (const pod of covered) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged = true;
    if (!owner || asked.has(owner.uid)) continue;
    const scale = await scaleOf(context, owner, namespace);
    if (!scale) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
    asked.add(owner.uid);
    replicas.set(scale.metadata.uid ?? '', scale.spec.replicas ?? 0);
  }
  return { scale: [...replicas.values()].reduce((sum, each) => sum + each, 0), unmanaged };
}

async function expectationOf(context: Context, budget: PodDisruptionBudget, covered: readonly Pod[]) {
  const { spec, metadata } = budget;
  const { recorder } = context;
  try {
    if (!dependsOnScale(spec)) return expectedCounts(spec, covered, 0);
    const { scale, unmanaged } = await expectedScale(context, metadata.namespace ?? '', covered);
    if (unmanaged) {
      const message = `Pods selected by this PodDisruptionBudget (selector: ${printedSelector(spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
      recorder.event(budget, 'Warning', 'UnmanagedPods', message);
    }
    return expectedCounts(spec, covered, scale);
  } catch (error) {
    const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`;
    recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    throw error;
  }
}

async function writeStatus(context: Context, budget: PodDisruptionBudget, status: PodDisruptionBudget['status']) {
  if (!status || sameStatus(budget.status, status)) return;
  const { client, informer, signal } = context;
  const written = await client.resource(podDisruptionBudgets).updateStatus({ ...budget, status }, signal);
  await informer(podDisruptionBudgets).caughtUp(written, signal);
}

async function sync(context: Context, budget: PodDisruptionBudget): Promise<{ after: number } | undefined> {
  const { clock, recorder } = context;
  const covered = podsOf(context, budget);
  if (covered.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  const counts = await expectationOf(context, budget, covered);
  const now = clock.now();
  const disrupted = planDisrupted(covered, budget.status, now);
  const { namespace, name } = budget.metadata;
  for (const pod of disrupted.kept) {
    const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
    recorder.event(pod, 'Warning', 'NotDeleted', message);
  }
  await writeStatus(context, budget, planStatus(budget, covered, counts, disrupted, now));
  return disrupted.recheckAfter === undefined ? undefined : { after: disrupted.recheckAfter + 1 };
}

export const disruption = defineController({
  name: 'disruption',
  account: 'disruption-controller',
  component: 'controllermanager',
  for: podDisruptionBudgets,
  watches: [watch(pods, budgetsOfChange)],
  reads: [replicaSets],
  indices: [byNamespace(pods), byNamespace(podDisruptionBudgets), byUid(replicaSets)],
  async reconcile(context, key) {
    const budget = context.informer(podDisruptionBudgets).get(key);
    if (!budget) return undefined;
    try {
      return await sync(context, budget);
    } catch (error) {
      if (isConflict(error)) throw error;
      await writeStatus(context, budget, failedStatus(budget, messageOf(error), context.clock.now()));
      throw error;
    }
  },
});
