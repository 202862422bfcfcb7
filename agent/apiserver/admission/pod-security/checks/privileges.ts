/**
 * As whom containers run, and what they may become.
 * https://github.com/kubernetes/pod-security-admission/tree/release-1.36/policy (check_privileged.go,
 * check_allowPrivilegeEscalation.go, check_runAs*.go)
 */
import {
  type Check,
  containersNamed,
  exceptInUserNamespace,
  exceptOnWindows,
  type Look,
  namesOf,
  setters,
} from '../check.ts';

const lookPrivileged: Look = (subject) => {
  const names = namesOf(subject, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: 'privileged', detail: `${containersNamed(names)} must not set securityContext.privileged=true` };
};

const lookEscalation: Look = (subject) => {
  const names = namesOf(subject, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersNamed(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const lookNonRoot: Look = (subject) => {
  const reason = 'runAsNonRoot != true';
  const ofPod = subject.spec.securityContext?.runAsNonRoot;
  const root = namesOf(subject, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const who = setters(ofPod === false, root);
  if (who) return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const silent = ofPod ? [] : namesOf(subject, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersNamed(silent)} must set securityContext.runAsNonRoot=true` };
};

const isRoot = (user: number | bigint | undefined): boolean => user !== undefined && Number(user) === 0;

const lookUser: Look = (subject) => {
  const names = namesOf(subject, ({ securityContext }) => isRoot(securityContext?.runAsUser));
  const who = setters(isRoot(subject.spec.securityContext?.runAsUser), names);
  return who ? { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` } : undefined;
};

export const privilegeChecks: readonly Check[] = [
  { id: 'privileged', level: 'baseline', versions: [{ since: 0, look: lookPrivileged }] },
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { since: 8, look: lookEscalation },
      { since: 25, look: exceptOnWindows(lookEscalation) },
    ],
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      { since: 0, look: lookNonRoot },
      { since: 35, look: exceptInUserNamespace(lookNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      { since: 23, look: lookUser },
      { since: 35, look: exceptInUserNamespace(lookUser) },
    ],
  },
];
