/** https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/check_sysctls.go */
import type { Check, Look } from '../check.ts';

const lookWith =
  (allowed: readonly string[]): Look =>
  ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name);
    const forbidden = names.filter((name) => !allowed.includes(name));
    return forbidden.length > 0 ? { reason: 'forbidden sysctls', detail: forbidden.join(', ') } : undefined;
  };

const first = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const with27 = [...first, 'net.ipv4.ip_local_reserved_ports'];
const with29 = [
  ...with27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const with32 = [...with29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

export const sysctls: Check = {
  id: 'sysctls',
  level: 'baseline',
  versions: [
    { since: 0, look: lookWith(first) },
    { since: 27, look: lookWith(with27) },
    { since: 29, look: lookWith(with29) },
    { since: 32, look: lookWith(with32) },
  ],
};
