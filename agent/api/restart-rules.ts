/**
 * Whether a container runs again after it has exited.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/v1/pod/util.go (ContainerShouldRestart)
 */
import type { core } from './types.ts';

type Rule = NonNullable<core.Container['restartPolicyRules']>[number];

function matches({ exitCodes }: Rule, exitCode: number): boolean {
  const listed = exitCodes?.values?.includes(exitCode) ?? false;
  return exitCodes?.operator === 'In' ? listed : exitCodes?.operator === 'NotIn' && !listed;
}

/** The first rule of the container that speaks of the exit code. */
export const restartRuleFor = (container: core.Container, exitCode: number): Rule | undefined =>
  container.restartPolicy ? container.restartPolicyRules?.find((rule) => matches(rule, exitCode)) : undefined;

/** The container's own policy, else the pod's. */
export const restartPolicyOf = (container: core.Container, pod: core.PodSpec): string =>
  container.restartPolicy ?? pod.restartPolicy ?? 'Always';

/** Rules come first, then the container's own policy, then the pod's. */
export function restartsAfter(container: core.Container, pod: core.PodSpec, exitCode: number): boolean {
  if (restartRuleFor(container, exitCode)) return true;
  const policy = restartPolicyOf(container, pod);
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

const restartAll = 'RestartAllContainers';

/** True if this exit restarts the other containers of the pod as well. */
export const restartsAllAfter = (container: core.Container, exitCode: number): boolean =>
  restartRuleFor(container, exitCode)?.action === restartAll;

/** True if some container has a rule that restarts all. */
export const mayRestartAll = ({ initContainers = [], containers }: core.PodSpec): boolean =>
  [...initContainers, ...containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === restartAll),
  );
