/**
 * The pods that a job creates. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/indexed_job_utils.go
 */
import type { core, Draft, Job, Pod } from '../../api/types.ts';
import { podFromTemplate } from '../shared/pod-from-template.ts';
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

export function newPod(job: Job, { index, replaced }: NewPod): Draft<Pod> {
  const { metadata, spec, ...pod } = podFromTemplate(job, job.spec.template);
  const finalizers = (metadata.finalizers ?? []).filter((each) => each !== trackingFinalizer);
  const place: Record<string, string> = index === undefined ? {} : { [completionIndex]: String(index) };
  const counts = index === undefined ? {} : failureCounts(job, replaced);
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: prefixOf(job.metadata.name, index),
      labels: { ...metadata.labels, ...place },
      annotations: { ...metadata.annotations, ...place, ...counts },
      finalizers: [...finalizers, trackingFinalizer],
    },
    spec: {
      ...(isIndexed(job) ? withVariables(spec) : spec),
      ...(index === undefined ? {} : { hostname: `${job.metadata.name}-${index}` }),
    },
  };
}
