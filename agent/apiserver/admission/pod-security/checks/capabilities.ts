/**
 * https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/check_capabilities_restricted.go, and
 * that of the baseline
 */
import {
  type Check,
  type Container,
  containersNamed,
  containersOf,
  exceptOnWindows,
  type Look,
  namesOf,
  quoted,
  type Subject,
  sortedSet,
} from '../check.ts';

const ofRuntimes = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const added = ({ securityContext }: Container): readonly string[] => securityContext?.capabilities?.add ?? [];
const dropsAll = ({ securityContext }: Container): boolean =>
  securityContext?.capabilities?.drop?.includes('ALL') === true;

/** '' where nobody adds one that is not allowed. */
function additions(subject: Subject, isAllowed: (capability: string) => boolean): string {
  const isBad = (capability: string) => !isAllowed(capability);
  const names = namesOf(subject, (container) => added(container).some(isBad));
  if (names.length === 0) return '';
  const forbidden = sortedSet(containersOf(subject).flatMap(added).filter(isBad));
  return `${containersNamed(names)} must not include ${quoted(forbidden)} in securityContext.capabilities.add`;
}

const lookBaseline: Look = (subject) => {
  const detail = additions(subject, (capability) => ofRuntimes.has(capability));
  return detail ? { reason: 'non-default capabilities', detail } : undefined;
};

const lookRestricted: Look = (subject) => {
  const keep = namesOf(subject, (container) => !dropsAll(container));
  const details = [
    keep.length > 0 ? `${containersNamed(keep)} must set securityContext.capabilities.drop=["ALL"]` : '',
    additions(subject, (capability) => capability === 'NET_BIND_SERVICE'),
  ].filter(Boolean);
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

export const capabilitiesBaseline: Check = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [{ since: 0, look: lookBaseline }],
};

export const capabilitiesRestricted: Check = {
  id: 'capabilities_restricted',
  level: 'restricted',
  versions: [
    { since: 22, look: lookRestricted },
    { since: 25, look: exceptOnWindows(lookRestricted) },
  ],
  overrides: 'capabilities_baseline',
};
