/**
 * Whoever makes a namespace stricter is told which of its pods would be refused now.
 * https://github.com/kubernetes/pod-security-admission/blob/release-1.36/admission/admission.go
 * (EvaluatePodsInNamespace)
 */
import { pods } from '../../../api/core/pod.ts';
import { controllerOf } from '../../../api/owner.ts';
import { quote } from '../../../api/quote.ts';
import type { AnyObject, Pod } from '../../../api/types.ts';
import type { State } from '../../state/state.ts';
import { createTurns } from '../../turns.ts';
import { inShort, violationsOf } from './evaluate.ts';
import { nameOf, type Standard } from './policy.ts';

const mostChecked = 3000;

const isPod = (object: AnyObject): object is AnyObject & Pod => object.kind === pods.kind;

/** One pod of each owner comes before the others like it. */
function prioritized(all: readonly Pod[]): Pod[] {
  const owners = new Set<string>();
  const isFirst = (pod: Pod): boolean => {
    const owner = controllerOf(pod)?.uid;
    if (owner === undefined) return true;
    const seen = owners.has(owner);
    owners.add(owner);
    return !seen;
  };
  const [first, others]: [Pod[], Pod[]] = [[], []];
  for (const pod of all) (isFirst(pod) ? first : others).push(pod);
  return [...first, ...others];
}

function withOthers(name: string, count: number): string {
  if (count === 0) return name;
  return count === 1 ? `${name} (and 1 other pod)` : `${name} (and ${count} other pods)`;
}

/** Texts for warnings; empty where every pod is within the standard. */
export async function warnOfExistingPods(state: State, namespace: string, enforce: Standard): Promise<string[]> {
  const all = prioritized(
    state
      .of(pods)
      .objects.list(namespace)
      .map(({ object }) => object)
      .filter(isPod),
  );
  const checked = all.slice(0, mostChecked);
  /** Names of pods, by what is wrong with them. */
  const found = new Map<string, string[]>();
  await createTurns().each(checked, (pod) => {
    const violations = violationsOf(enforce, pod);
    if (violations.length === 0) return;
    const text = inShort(violations);
    found.set(text, [...(found.get(text) ?? []), pod.metadata.name]);
  });
  const lines = [...found].map(([text, names]) => `${withOthers(names.sort()[0] ?? '', names.length - 1)}: ${text}`);
  return [
    ...(checked.length < all.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked.length} of ${all.length} existing pods`,
        ]
      : []),
    ...(lines.length > 0
      ? [
          `existing pods in namespace ${quote(namespace)} violate the new PodSecurity enforce level ${quote(nameOf(enforce))}`,
        ]
      : []),
    ...lines.sort(),
  ];
}
