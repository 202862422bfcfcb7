/** In which order discovery names versions: clients prefer what comes first. */
import type { Representation } from './kind.ts';

export type GroupVersion = Pick<Representation, 'group' | 'version'>;

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
