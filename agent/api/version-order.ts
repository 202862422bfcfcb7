/** In which order discovery names groups and versions: clients prefer what comes first. */
import type { Representation } from './kind.ts';

export type GroupVersion = Pick<Representation, 'group' | 'version'>;

/**
 * By falling priority; groups that are not here come after these, by name.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/apiserver/aggregator.go
 */
const groups = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'resource.k8s.io',
  'storagemigration.k8s.io',
];

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const rankOf = (group: string): number => (groups.includes(group) ? groups.indexOf(group) : groups.length);

export const compareGroups = (a: string, b: string): number => rankOf(a) - rankOf(b) || compareTexts(a, b);

const stages = ['alpha', 'beta'];

interface Age {
  /** 0 alpha, 1 beta, 2 stable. */
  stage: number;
  major: number;
  minor: number;
}

function ageOf(version: string): Age | undefined {
  const [, major, stage, minor] = /^v(\d{1,9})(?:(alpha|beta)(\d{1,9}))?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return { stage: stage ? stages.indexOf(stage) : stages.length, major: Number(major), minor: Number(minor ?? 0) };
}

/**
 * v10 before v2 before v1 before v11beta2 before v10beta3 before v3beta1 before v12alpha1; what is no such version
 * comes
 * last, by name. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
 */
export function compareVersions(a: string, b: string): number {
  const first = ageOf(a);
  const second = ageOf(b);
  if (!first || !second) return first ? -1 : second ? 1 : compareTexts(a, b);
  return second.stage - first.stage || second.major - first.major || second.minor - first.minor;
}
