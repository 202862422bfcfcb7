/** Resolves a container of a pod's spec into the configuration that the runtime creates. Pure. */

import type { core, Pod } from '../../api/types.ts';
import type { ContainerConfig, ImageInfo, Mount } from '../runtime/runtime.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';
import { expand } from '../spec/expansion.ts';
import { containerResources, memoryRequest } from './container-resources.ts';
import { ContainerConfigError } from './env.ts';
import { containerHash, hashLabel, sandboxLabel } from './model.ts';
import { oomScoreAdj } from './qos.ts';

export interface ContainerInputs {
  pod: Pod;
  spec: core.Container;
  attempt: number;
  sandboxId: string;
  image: ImageInfo;
  env: ReadonlyMap<string, string>;
  mounts: Mount[];
  nodeMemory: number;
  /** As the runtime takes it; absent for the engine's own profile. */
  seccomp?: string;
  /** Id of the container whose processes an ephemeral container sees. */
  target?: string;
}

/**
 * Why an image's user may run as root. A user name does not tell its number, so it is refused.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/security_context.go
 * (verifyRunAsNonRoot)
 */
function rootViolation(imageUser: string): string | undefined {
  const [user = ''] = imageUser.split(':');
  if (user === '' || Number(user) === 0) return 'image will run as root';
  if (/^\d+$/.test(user)) return undefined;
  return `image has non-numeric user (${user}), cannot verify user is non-root`;
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/security-context/ */
function userOf({ pod, spec, image }: ContainerInputs): string | undefined {
  const context = { ...pod.spec.securityContext, ...spec.securityContext };
  const { runAsUser, runAsGroup, runAsNonRoot } = context;
  if (runAsNonRoot) {
    const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${spec.name})`;
    if (runAsUser === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${where}`);
    const violation = runAsUser === undefined ? rootViolation(image.user) : undefined;
    if (violation) throw new ContainerConfigError(`container has runAsNonRoot and ${violation} ${where}`);
  }
  if (runAsUser === undefined && runAsGroup === undefined) return undefined;
  const user = runAsUser === undefined ? image.user.split(':')[0] || '0' : String(runAsUser);
  return runAsGroup === undefined ? user : `${user}:${runAsGroup}`;
}

/** Of root the first group is known; of others the image tells it. */
const explicitUser = (user: string): string => (['', '0', 'root'].includes(user) ? '0:0' : user);

function securityOf(inputs: ContainerInputs): ContainerConfig['security'] {
  const { pod, spec } = inputs;
  const context = spec.securityContext;
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = pod.spec.securityContext ?? {};
  const strict = supplementalGroupsPolicy === 'Strict';
  const user = strict ? explicitUser(userOf(inputs) ?? inputs.image.user) : userOf(inputs);
  const appArmor = context?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
  return {
    privileged: context?.privileged ?? false,
    ...(user === undefined ? {} : { user }),
    groups: [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])].map(String),
    ...(strict ? { imageGroups: 'ignored' as const } : {}),
    readOnlyRootFilesystem: context?.readOnlyRootFilesystem ?? false,
    noNewPrivileges: context?.allowPrivilegeEscalation === false,
    addCapabilities: context?.capabilities?.add ?? [],
    dropCapabilities: context?.capabilities?.drop ?? [],
    ...(inputs.seccomp ? { seccomp: inputs.seccomp } : {}),
    ...(appArmor?.type === 'Unconfined' ? { appArmor: 'unconfined' } : {}),
    ...(appArmor?.localhostProfile ? { appArmor: appArmor.localhostProfile } : {}),
    ...(context?.procMount === 'Unmasked' ? { unmaskedProc: true } : {}),
  };
}

function labelsOf({ pod, spec, sandboxId }: ContainerInputs): Record<string, string> {
  const init = initContainersOf(pod).some(({ name }) => name === spec.name) && !isSidecar(spec);
  return {
    [hashLabel]: containerHash(spec),
    [sandboxLabel]: sandboxId,
    ...(init ? { 'dev.skiff.init': 'true' } : {}),
  };
}

/** Throws `ContainerConfigError` for a container that may not run as its spec asks. */
export function containerConfig(inputs: ContainerInputs): ContainerConfig {
  const { pod, spec, env } = inputs;
  const { name, namespace = '', uid } = pod.metadata;
  const expanded = (words: string[] | undefined) =>
    words && words.length > 0 ? words.map((word) => expand(word, env)) : undefined;
  return {
    pod: { name, namespace, uid },
    name: spec.name,
    image: spec.image ?? '',
    attempt: inputs.attempt,
    command: expanded(spec.command),
    args: expanded(spec.args),
    env: [...env].map(([key, value]) => ({ name: key, value })),
    workingDir: spec.workingDir,
    mounts: inputs.mounts,
    tty: spec.tty ?? false,
    stdin: spec.stdin ?? false,
    stdinOnce: spec.stdinOnce ?? false,
    resources: containerResources(pod, spec),
    oomScoreAdj: oomScoreAdj(pod, memoryRequest(pod, spec), inputs.nodeMemory),
    security: securityOf(inputs),
    // A pod with `hostPID` has a sandbox in the host's process namespace.
    shareProcesses: pod.spec.shareProcessNamespace || pod.spec.hostPID || false,
    ...(inputs.target ? { processesOf: inputs.target } : {}),
    terminationMessagePath: spec.terminationMessagePath ?? '/dev/termination-log',
    labels: labelsOf(inputs),
  };
}
