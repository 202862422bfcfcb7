/**
 * The kinds that a policy names. Pure.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/typechecking.go
 * (typesToCheck)
 */
import type { KindRegistry } from '../../api/registry.ts';
import type { GroupVersionKind } from '../../api/schema/schema.ts';
import type { ValidatingAdmissionPolicy } from '../../api/types.ts';

type MatchConstraints = NonNullable<ValidatingAdmissionPolicy['spec']['matchConstraints']>;
type Rule = NonNullable<MatchConstraints['resourceRules']>[number];

/** Of one policy. */
const mostKinds = 10;

/** A wildcard among groups or versions: nobody knows which. */
const named = (names: readonly string[] = []): string[] =>
  names.some((name) => name.includes('*')) ? [] : [...names].sort();

function* ofRule({ apiGroups, apiVersions, resources = [] }: Rule, kinds: KindRegistry): Generator<GroupVersionKind> {
  const plurals = resources.filter((resource) => !/[*/]/.test(resource)).sort();
  for (const group of named(apiGroups)) {
    for (const version of named(apiVersions)) {
      for (const plural of plurals) {
        const served = kinds.find(group, version, plural);
        if (served) yield { group, version, kind: served.kind.kind };
      }
    }
  }
}

export const kindText = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}, Kind=${kind}`;

const order = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

/** Each once, sorted by group, version and kind. */
export function subjectsOf({ spec }: ValidatingAdmissionPolicy, kinds: KindRegistry): GroupVersionKind[] {
  const found = new Map<string, GroupVersionKind>();
  for (const rule of spec.matchConstraints?.resourceRules ?? []) {
    let count = 0;
    for (const subject of ofRule(rule, kinds)) {
      found.set(kindText(subject), subject);
      count += 1;
      if (count === mostKinds) break;
    }
    if (count === mostKinds) break;
  }
  return [...found.values()].sort(
    (a, b) => order(a.group, b.group) || order(a.version, b.version) || order(a.kind, b.kind),
  );
}
