/** What a pod may ask of the kernel of its node. Pure. */
import type { core, Pod } from '../../api/types.ts';
import { allContainersOf } from '../spec/containers.ts';
import type { Rejection } from './admission.ts';

/** By sysctl: the namespace that keeps its values apart. */
const safeSysctls: Readonly<Record<string, 'IPC' | 'Net'>> = {
  'kernel.shm_rmid_forced': 'IPC',
  'net.ipv4.ip_local_port_range': 'Net',
  'net.ipv4.tcp_syncookies': 'Net',
  'net.ipv4.ping_group_range': 'Net',
  'net.ipv4.ip_unprivileged_port_start': 'Net',
  'net.ipv4.ip_local_reserved_ports': 'Net',
  'net.ipv4.tcp_keepalive_time': 'Net',
  'net.ipv4.tcp_fin_timeout': 'Net',
  'net.ipv4.tcp_keepalive_intvl': 'Net',
  'net.ipv4.tcp_keepalive_probes': 'Net',
  'net.ipv4.tcp_rmem': 'Net',
  'net.ipv4.tcp_wmem': 'Net',
};

/** A name may have slashes in place of dots; the first separator decides. */
export function sysctlName(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== '/') return name;
  return name.replace(/[./]/g, (sign) => (sign === '/' ? '.' : '/'));
}

function sysctlProblem(name: string, { hostNetwork, hostIPC }: core.PodSpec): string | undefined {
  const namespace = Object.hasOwn(safeSysctls, name) ? safeSysctls[name] : undefined;
  if (!namespace) return `"${name}" not allowlisted`;
  const shared = namespace === 'Net' ? hostNetwork : hostIPC;
  return shared ? `"${name}" not allowed with host ${namespace} enabled` : undefined;
}

/**
 * https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/sysctl/allowlist.go
 */
function sysctlRejection({ spec }: Pod): Rejection | undefined {
  for (const { name } of spec.securityContext?.sysctls ?? []) {
    const problem = sysctlProblem(sysctlName(name), spec);
    if (problem) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${problem}` };
  }
  return undefined;
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/security/apparmor/validate.go */
function appArmorRejection(pod: Pod, hasAppArmor: boolean): Rejection | undefined {
  const profiles = [pod.spec, ...allContainersOf(pod)].map(({ securityContext }) => securityContext?.appArmorProfile);
  const asks = profiles.some((profile) => profile && profile.type !== 'Unconfined');
  if (hasAppArmor || !asks) return undefined;
  return { reason: 'AppArmor', message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host' };
}

export const securityRejection = (pod: Pod, { hasAppArmor }: { hasAppArmor: boolean }): Rejection | undefined =>
  sysctlRejection(pod) ?? appArmorRejection(pod, hasAppArmor);
