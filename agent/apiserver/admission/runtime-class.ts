/**
 * A pod gets what its runtime class costs, and goes to the nodes that have it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/runtimeclass/admission.go
 */

import type { ApiError } from '../../api/errors.ts';
import { isEqual } from '../../api/json/value.ts';
import { runtimeClasses } from '../../api/node/runtime-class.ts';
import type { AnyObject, Pod, RuntimeClass } from '../../api/types.ts';
import { forbidden } from '../errors.ts';
import { createTurns } from '../turns.ts';
import { type Attributes, shownName } from './attributes.ts';
import { mergeTolerations } from './merge-tolerations.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep, Cluster } from './step.ts';

type Refuse = (detail: string) => ApiError;

const isClass = (object: AnyObject): object is AnyObject & RuntimeClass => object.kind === runtimeClasses.kind;

function classOf({ storage }: Cluster, { spec }: Pod, refuse: Refuse): RuntimeClass | undefined {
  const { runtimeClassName } = spec;
  if (!runtimeClassName) return undefined;
  const found = storage.find(runtimeClasses, '', runtimeClassName)?.object;
  if (found && isClass(found)) return found;
  throw refuse(`pod rejected: RuntimeClass "${runtimeClassName}" not found`);
}

const isEmpty = (amounts: object = {}): boolean => Object.keys(amounts).length === 0;

function addOverhead({ spec }: Pod, { overhead }: RuntimeClass, refuse: Refuse): void {
  if (!overhead) return;
  const { podFixed = {} } = overhead;
  if (!isEmpty(spec.overhead) && !isEqual(spec.overhead, podFixed)) {
    throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  if (!isEmpty(podFixed)) spec.overhead = { ...podFixed };
}

const turns = createTurns();

async function addScheduling({ spec }: Pod, { scheduling }: RuntimeClass, refuse: Refuse): Promise<void> {
  if (!scheduling) return;
  const { nodeSelector = {}, tolerations = [] } = scheduling;
  const own = spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (!Object.hasOwn(own, key) || own[key] === value) continue;
    const [ofClass, ofPod] = ['runtimeClass.scheduling', 'pod.spec'].map((path) => `${path}.nodeSelector[${key}]`);
    throw refuse(`conflict: ${ofClass} = ${value}; ${ofPod} = ${own[key]}`);
  }
  const merged = { ...own, ...nodeSelector };
  if (!isEmpty(merged)) spec.nodeSelector = merged;
  const all = await turns.run(mergeTolerations(spec.tolerations ?? [], tolerations));
  if (all.length > 0) spec.tolerations = all;
}

const refusal =
  ({ kind }: Attributes, pod: Pod): Refuse =>
  (detail) =>
    forbidden(kind, shownName(pod), detail);

export const runtimeClass: AdmissionStep = {
  name: 'RuntimeClass',
  operations: ['create'],
  resources: ['pods'],
  mutate: async (attributes, cluster) => {
    const pod = podOf(attributes);
    if (!pod) return;
    const refuse = refusal(attributes, pod);
    const found = classOf(cluster, pod, refuse);
    if (!found) return;
    addOverhead(pod, found, refuse);
    await addScheduling(pod, found, refuse);
  },
  validate: (attributes, cluster) => {
    const pod = podOf(attributes);
    if (!pod || isEmpty(pod.spec.overhead)) return;
    const refuse = refusal(attributes, pod);
    if (classOf(cluster, pod, refuse)?.overhead) return;
    throw refuse('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};
