/**
 * The pods that a job creates. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/indexed_job_utils.go and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/controller_utils.go (GetPodFromTemplate)
 */
import { ownerReference } from '../../api/owner.ts';
import type { core, Draft, Job, ObjectMeta, Pod } from '../../api/types.ts';
import { judge } from './failure-policy.ts';
import type { NewPod } from './plan.ts';
import {
  completionIndex,
  failuresOfIndex,
  ignoredFailuresOfIndex,
  indexFailureCount,
  indexIgnoredFailureCount,
  isIndexed,
  trackingFinalizer,
} from './pod-facts.ts';

const indexVariable: core.EnvVar = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${completionIndex}']` } },
};

/** A variable of the author's own stays. */
const withVariable = (container: core.Container): core.Container =>
  container.env?.some(({ name }) => name === indexVariable.name)
    ? container
    : { ...container, env: [...(container.env ?? []), indexVariable] };

const withVariables = (spec: core.PodSpec): core.PodSpec => ({
  ...spec,
  ...(spec.initContainers ? { initContainers: spec.initContainers.map(withVariable) } : {}),
  containers: spec.containers.map(withVariable),
});

/** The prefix of a generated name may have as many characters. */
const longestPrefix = 58;

function prefixOf(name: string, index: number | undefined): string {
  if (index === undefined) return `${name}-`;
  const end = `-${index}-`;
  return name.slice(0, longestPrefix - end.length) + end;
}

/** How often the index had failed when the pod was made. Indexes without limits of their own do not count. */
function failureCounts(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (job.spec.backoffLimitPerIndex === undefined) return {};
  if (!replaced) return { [indexFailureCount]: '0' };
  const { counts } = judge(replaced, job);
  const ignored = ignoredFailuresOfIndex(replaced) + Number(!counts);
  return {
    [indexFailureCount]: String(failuresOfIndex(replaced) + Number(counts)),
    ...(ignored > 0 ? { [indexIgnoredFailureCount]: String(ignored) } : {}),
  };
}

function metadataOf(job: Job, { index, replaced }: NewPod): Partial<ObjectMeta> {
  const { labels, annotations, finalizers = [] } = job.spec.template.metadata ?? {};
  const place: Record<string, string> = index === undefined ? {} : { [completionIndex]: String(index) };
  const counts = index === undefined ? {} : failureCounts(job, replaced);
  return {
    generateName: prefixOf(job.metadata.name, index),
    namespace: job.metadata.namespace,
    labels: { ...labels, ...place },
    annotations: { ...annotations, ...place, ...counts },
    finalizers: [...finalizers.filter((each) => each !== trackingFinalizer), trackingFinalizer],
    ownerReferences: [ownerReference(job)],
  };
}

export function newPod(job: Job, wanted: NewPod): Draft<Pod> {
  const template = job.spec.template.spec ?? { containers: [] };
  const spec = isIndexed(job) ? withVariables(template) : template;
  const hostname = wanted.index === undefined ? {} : { hostname: `${job.metadata.name}-${wanted.index}` };
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadataOf(job, wanted), spec: { ...spec, ...hostname } };
}
