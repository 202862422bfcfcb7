/**
 * What a pod's failure means by the job's `podFailurePolicy`. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/pod_failure_policy.go
 */
import type { batch, core, Job, Pod } from '../../api/types.ts';

type Rule = batch.PodFailurePolicyRule;
type OnExitCodes = NonNullable<Rule['onExitCodes']>;

export interface Verdict {
  /** Whether the failure counts towards the limits. */
  counts: boolean;
  /** Whether the pod's index fails with it. */
  failsIndex: boolean;
  /** Why the whole job fails with it. */
  failsJob?: string;
}

function matchesCode({ operator, values = [] }: OnExitCodes, code: number): boolean {
  if (code === 0) return false;
  return operator === 'In' ? values.includes(code) : operator === 'NotIn' && !values.includes(code);
}

/** The container's name and exit code. */
function findExit({ status }: Pod, rule: OnExitCodes): { name: string; code: number } | undefined {
  const all: core.ContainerStatus[] = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  for (const { name, state } of all) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || (rule.containerName !== undefined && rule.containerName !== name)) continue;
    if (matchesCode(rule, code)) return { name, code };
  }
  return undefined;
}

const findCondition = ({ status }: Pod, patterns: NonNullable<Rule['onPodConditions']>) =>
  status?.conditions?.find((condition) =>
    patterns.some((pattern) => pattern.type === condition.type && pattern.status === condition.status),
  );

/** What the rule found, as the message of a failed job says it; undefined where the rule does not apply. */
function findingOf(pod: Pod, rule: Rule, index: number): string | undefined {
  const which = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const end = `matching ${rule.action} rule at index ${index}`;
  if (rule.onExitCodes) {
    const exit = findExit(pod, rule.onExitCodes);
    return exit && `Container ${exit.name} for pod ${which} failed with exit code ${exit.code} ${end}`;
  }
  const condition = findCondition(pod, rule.onPodConditions ?? []);
  return condition && `Pod ${which} has condition ${condition.type} ${end}`;
}

/** The first rule that applies decides. A failure that no rule names counts. */
export function judge(pod: Pod, { spec }: Job): Verdict {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const finding = findingOf(pod, rule, index);
    if (finding === undefined) continue;
    return {
      counts: rule.action !== 'Ignore',
      failsIndex: rule.action === 'FailIndex',
      ...(rule.action === 'FailJob' ? { failsJob: finding } : {}),
    };
  }
  return { counts: true, failsIndex: false };
}
