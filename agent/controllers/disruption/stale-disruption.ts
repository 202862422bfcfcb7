/**
 * Takes back the condition DisruptionTarget of pods that were to be ended and live on.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/disruption/disruption.go
 * (syncStalePodDisruption)
 */
import { pods } from '../../api/core/pod.ts';
import type { core, Pod } from '../../api/types.ts';
import { type InformerChange, keyOf } from '../../client/informer.ts';
import { timestamp } from '../../clock.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { staleDisruptionAfter } from './plan.ts';

async function takeBack({ client, clock, informer, signal }: Context, pod: Pod): Promise<void> {
  const lastTransitionTime = timestamp(clock.now());
  const revised = (condition: core.PodCondition): core.PodCondition =>
    condition.type === 'DisruptionTarget' ? { type: condition.type, status: 'False', lastTransitionTime } : condition;
  const status = { ...pod.status, conditions: (pod.status?.conditions ?? []).map(revised) };
  const written = await client.resource(pods).updateStatus({ ...pod, status }, signal);
  await informer(pods).caughtUp(written, signal);
}

export const staleDisruption = defineController({
  name: 'stale_pod_disruption',
  account: 'disruption-controller',
  for: pods,
  keys({ object }: InformerChange<Pod>, { clock }) {
    const after = staleDisruptionAfter(object, clock.now());
    return after === undefined ? [] : [{ key: keyOf(object), after }];
  },
  async reconcile(context, key) {
    const pod = context.informer(pods).get(key);
    const after = pod && staleDisruptionAfter(pod, context.clock.now());
    if (!pod || after === undefined) return undefined;
    if (after > 0) return { after };
    await takeBack(context, pod);
    return undefined;
  },
});
