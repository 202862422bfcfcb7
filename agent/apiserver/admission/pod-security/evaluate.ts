/**
 * Which checks a standard consists of, and what they say of a pod.
 * https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/registry.go
 */
import { kubernetesVersion } from '../../../api/version.ts';
import type { Check, Look, Subject, Violation } from './check.ts';
import { appArmorProfile } from './checks/app-armor.ts';
import { capabilitiesBaseline, capabilitiesRestricted } from './checks/capabilities.ts';
import { hostChecks } from './checks/host.ts';
import { privilegeChecks } from './checks/privileges.ts';
import { procMountChecks } from './checks/proc-mount.ts';
import { seLinuxOptions } from './checks/se-linux.ts';
import { seccompChecks } from './checks/seccomp.ts';
import { sysctls } from './checks/sysctls.ts';
import { restrictedVolumes } from './checks/volumes.ts';
import type { Standard } from './policy.ts';

const checks: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  capabilitiesRestricted,
  ...hostChecks,
  ...privilegeChecks,
  ...procMountChecks,
  restrictedVolumes,
  seLinuxOptions,
  ...seccompChecks,
  sysctls,
].sort((a, b) => (a.id < b.id ? -1 : 1));

const newest = Number(kubernetesVersion.minor);

/** A version that is not out yet is the newest. */
const minorOf = (version: string): number =>
  version === 'latest' ? newest : Math.min(Number(version.slice('v1.'.length)), newest);

const lookAt = ({ versions }: Check, minor: number): Look | undefined =>
  versions.findLast(({ since }) => since <= minor)?.look;

function looksOf({ level, version }: Standard): Look[] {
  if (level === 'privileged') return [];
  const minor = minorOf(version);
  const present = checks.filter((check) => lookAt(check, minor) !== undefined);
  const baseline = present.filter((check) => check.level === 'baseline');
  const restricted = level === 'restricted' ? present.filter((check) => check.level === 'restricted') : [];
  const overridden = new Set(restricted.map(({ overrides }) => overrides));
  return [...baseline.filter(({ id }) => !overridden.has(id)), ...restricted].flatMap(
    (check) => lookAt(check, minor) ?? [],
  );
}

/** Of the latest versions: few others are asked for. */
const known = new Map<string, readonly Look[]>();

function knownLooksOf(standard: Standard): readonly Look[] {
  if (standard.version !== 'latest') return looksOf(standard);
  const found = known.get(standard.level) ?? looksOf(standard);
  known.set(standard.level, found);
  return found;
}

/** Empty where the pod is within the standard. */
export const violationsOf = (standard: Standard, subject: Subject): Violation[] =>
  knownLooksOf(standard).flatMap((look) => look(subject) ?? []);

export const inDetail = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');

export const inShort = (violations: readonly Violation[]): string => violations.map(({ reason }) => reason).join(', ');
