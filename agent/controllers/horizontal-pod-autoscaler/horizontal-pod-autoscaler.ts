/**
 * Scales workloads by metrics. What a round needs is loaded with the first autoscaler.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 */
import { horizontalPodAutoscalers } from '../../api/autoscaling/horizontal-pod-autoscaler.ts';
import { pods } from '../../api/core/pod.ts';
import { isEqual } from '../../api/json/value.ts';
import type { HorizontalPodAutoscaler } from '../../api/types.ts';
import { type InformerChange, keyOf } from '../../client/informer.ts';
import { byNamespace } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { createMemories } from './memories.ts';
import { StatusDraft } from './status.ts';

/** Upstream's `--horizontal-pod-autoscaler-sync-period`, in milliseconds. */
const syncPeriod = 15_000;
/** At once when it comes or asks for something else; after that each round plans the next. */
const isNews = ({ type, object, old }: InformerChange<HorizontalPodAutoscaler>): boolean =>
  type !== 'updated' || !isEqual(old.spec, object.spec);

export function horizontalPodAutoscaler(): Controller {
  const memories = createMemories();
  return defineController({
    name: 'horizontalpodautoscaler',
    account: 'horizontal-pod-autoscaler',
    component: 'horizontal-pod-autoscaler',
    for: horizontalPodAutoscalers,
    keys: (change) => (isNews(change) ? [keyOf(change.object)] : []),
    reads: [pods],
    indices: [byNamespace(pods)],
    async reconcile(context, key) {
      const autoscaler = context.informer(horizontalPodAutoscalers).get(key);
      if (!autoscaler) {
        memories.forget(key);
        return undefined;
      }
      const now = context.clock.now();
      const draft = new StatusDraft(autoscaler.status, now);
      const { runRound } = await import('./round.ts');
      await runRound({ context, memories, key, autoscaler, draft, now });
      return { after: syncPeriod };
    },
  });
}
