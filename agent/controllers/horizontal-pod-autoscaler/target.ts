/** What an autoscaler scales, and the pods of it. */
import { pods } from '../../api/core/pod.ts';
import { messageOf } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { matchesLabels, parseLabelSelector, type Requirement } from '../../api/selectors.ts';
import type { HorizontalPodAutoscaler, Pod } from '../../api/types.ts';
import { splitKey } from '../../client/informer.ts';
import { type Context, namespaceIndex } from '../shared/controller.ts';
import { kindOfGroup, readScale, type Scale } from '../shared/scale.ts';
import type { Memories } from './memories.ts';
import type { StatusDraft } from './status.ts';

/** One round over one autoscaler. */
export interface Round {
  context: Context;
  memories: Memories;
  key: string;
  autoscaler: HorizontalPodAutoscaler;
  draft: StatusDraft;
  now: number;
}

export interface Target {
  kind: Kind;
  scale: Scale;
}

export async function findTarget({ context, autoscaler, draft }: Round): Promise<Target> {
  const { scaleTargetRef } = autoscaler.spec;
  const { namespace = '' } = autoscaler.metadata;
  try {
    const kind = kindOfGroup(context, scaleTargetRef);
    const scale = await readScale(context, kind, scaleTargetRef.name, namespace);
    const message = "the HPA controller was able to get the target's current scale";
    draft.set('AbleToScale', 'True', { reason: 'SucceededGetScale', message });
    return { kind, scale };
  } catch (error) {
    context.recorder.event(autoscaler, 'Warning', 'FailedGetScale', messageOf(error));
    const message = `the HPA controller was unable to get the target's current scale: ${messageOf(error)}`;
    draft.set('AbleToScale', 'False', { reason: 'FailedGetScale', message });
    throw error;
  }
}

/** Throws, after it said so, where pods cannot be found by the target's selector. */
function refuseSelector({ context, autoscaler, draft }: Round, reason: string, event: string, message = event): never {
  context.recorder.event(autoscaler, 'Warning', reason, event);
  const condition = reason === 'SelectorRequired' ? 'InvalidSelector' : reason;
  draft.set('ScalingActive', 'False', { reason: condition, message });
  throw new Error(event);
}

/** The autoscalers, as upstream prints them, whose selectors have one of the pods. */
function autoscalersOf({ memories }: Round, namespace: string, found: readonly Pod[]): string[] {
  return [...memories.selectors]
    .flatMap(([key, requirements]) => {
      const [of, name] = splitKey(key);
      const selects = of === namespace && found.some(({ metadata }) => matchesLabels(requirements, metadata.labels));
      return selects ? [`{${name} ${namespace}}`] : [];
    })
    .sort();
}

export function selectedPods(round: Round, { scale }: Target): Pod[] {
  const { context, memories, key, autoscaler } = round;
  const { namespace = '' } = autoscaler.metadata;
  const { selector = '' } = scale.status;
  if (selector === '') {
    refuseSelector(round, 'SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector");
  }
  let requirements: readonly Requirement[];
  try {
    requirements = parseLabelSelector(selector);
  } catch (error) {
    const text = `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`;
    return refuseSelector(round, 'InvalidSelector', text);
  }
  memories.selectors.set(key, requirements);
  const all = context.informer(pods).byIndex(namespaceIndex, namespace);
  const found = all.filter(({ metadata }) => matchesLabels(requirements, metadata.labels));
  const autoscalers = autoscalersOf(round, namespace, found);
  if (autoscalers.length > 1) {
    const list = `[${autoscalers.join(' ')}]`;
    refuseSelector(round, 'AmbiguousSelector', `pods by selector ${selector} are controlled by multiple HPAs: ${list}`);
  }
  return found;
}
