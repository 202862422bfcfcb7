/**
 * Which writes a rule of a webhook or policy is about.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/predicates/rules/rules.go
 */
import { namespaces } from '../../../api/core/namespace.ts';
import { type Representation, resourceOf, servedRepresentations } from '../../../api/kind.ts';
import type { Attributes } from '../attributes.ts';

/** admissionregistration.k8s.io/v1 RuleWithOperations; what is absent matches nothing. */
export interface Rule {
  readonly operations?: readonly string[] | undefined;
  readonly apiGroups?: readonly string[] | undefined;
  readonly apiVersions?: readonly string[] | undefined;
  /** `pods`, `pods/status`, `pods/*`, `*`, or `*` with a subresource. */
  readonly resources?: readonly string[] | undefined;
  /** Absent: `*`. */
  readonly scope?: string | undefined;
}

/** NamedRuleWithOperations. */
export interface NamedRule extends Rule {
  /** Empty or absent: every name. */
  readonly resourceNames?: readonly string[] | undefined;
}

/** A group and version in which a kind is served. */
export type Served = Pick<Representation, 'group' | 'version'>;

type Write = Pick<Attributes, 'operation' | 'kind' | 'subresource' | 'namespace' | 'name' | 'info'>;

export const isNamespace = ({ kind }: Pick<Attributes, 'kind'>): boolean => resourceOf(kind) === resourceOf(namespaces);

const includes = (list: readonly string[] | undefined, value: string): boolean =>
  list?.some((each) => each === '*' || each === value) ?? false;

function matchesScope({ scope = '*' }: Rule, write: Write): boolean {
  if (scope === '*') return true;
  const isNamespaced = write.namespace !== '' && !isNamespace(write);
  return scope === 'Namespaced' ? isNamespaced : scope === 'Cluster' && !isNamespaced;
}

function matchesResource({ resources = [] }: Rule, { kind, subresource }: Write): boolean {
  return resources.some((each) => {
    const slash = each.indexOf('/');
    const [resource, part] = slash < 0 ? [each, ''] : [each.slice(0, slash), each.slice(slash + 1)];
    return (resource === '*' || resource === kind.plural) && (part === '*' || part === subresource);
  });
}

/** Whether the rule is about the write if that were in this group and version. */
export const matchesRule = (rule: NamedRule, write: Write, { group, version }: Served): boolean =>
  matchesScope(rule, write) &&
  includes(rule.operations, write.operation.toUpperCase()) &&
  includes(rule.apiGroups, group) &&
  includes(rule.apiVersions, version) &&
  matchesResource(rule, write) &&
  (!rule.resourceNames?.length || rule.resourceNames.includes(write.name));

/**
 * The group and version in which the first rule that is about the write sees it: that of the request, or, with the
 * match policy `Equivalent`, another one in which the kind is served. Undefined: no rule is about it.
 */
export function matchRules(
  rules: readonly NamedRule[],
  matchPolicy: string | undefined,
  write: Write,
): Served | undefined {
  const { group, version } = write.info;
  const requested = { group, version };
  if (rules.some((rule) => matchesRule(rule, write, requested))) return requested;
  if (matchPolicy !== 'Equivalent') return undefined;
  const others = servedRepresentations(write.kind).filter((each) => each.group !== group || each.version !== version);
  for (const rule of rules) {
    const found = others.find((each) => matchesRule(rule, write, each));
    if (found) return { group: found.group, version: found.version };
  }
  return undefined;
}
