/**
 * Which policies are about a write, by which binding, and with which parameters.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/generic/policy_dispatcher.go
 */
import { isNotFound, messageOf } from '../../../api/errors.ts';
import type { Kind } from '../../../api/kind.ts';
import type { AnyObject } from '../../../api/types.ts';
import type { Attributes } from '../attributes.ts';
import { PolicyError } from '../match/evaluation.ts';
import { type MatchResources, matchResources } from '../match/match-resources.ts';
import type { Served } from '../match/rules.ts';
import type { Cluster } from '../step.ts';
import { type Binding, type Policy, parametersOf, paramKindProblem } from './parameters.ts';

export interface Invocation<P extends Policy, B extends Binding> {
  readonly policy: P;
  readonly binding: B;
  /** In which the policy wants to see the write. */
  readonly served: Served;
  readonly params: AnyObject | null;
}

/** A policy or a binding that is set up wrongly. */
export interface Misconfiguration<P extends Policy, B extends Binding> {
  readonly policy: P;
  /** Undefined: the policy itself is. */
  readonly binding: B | undefined;
  readonly message: string;
}

export type Outcome<P extends Policy, B extends Binding> =
  | { readonly invocation: Invocation<P, B>; readonly problem?: undefined }
  | { readonly problem: Misconfiguration<P, B>; readonly invocation?: undefined };

const objectsOf = <T extends AnyObject>(kind: Kind, { state }: Cluster): readonly T[] =>
  state
    .of(kind)
    .objects.list('')
    .map(({ object }) => object as T);

/** Whether it matches, or why nobody can tell. */
function matched(match: MatchResources, attributes: Attributes, cluster: Cluster): Served | undefined | PolicyError {
  try {
    return matchResources(match, attributes, cluster);
  } catch (error) {
    if (isNotFound(error)) return new PolicyError(messageOf(error));
    throw error;
  }
}

function* ofBinding<P extends Policy, B extends Binding>(
  policy: P,
  binding: B,
  served: Served,
  attributes: Attributes,
  cluster: Cluster,
): Generator<Outcome<P, B>> {
  const problem = (error: Error): Outcome<P, B> => ({
    problem: { policy, binding, message: `failed to configure binding: ${error.message}` },
  });
  const match = matched(binding.spec.matchResources ?? {}, attributes, cluster);
  if (match instanceof PolicyError) yield problem(match);
  if (!match || match instanceof PolicyError) return;
  try {
    for (const params of parametersOf(policy, binding, attributes.namespace, cluster)) {
      yield { invocation: { policy, binding, served, params } };
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    yield problem(error);
  }
}

/** By the names of the policies, and those of their bindings. */
export function* invocationsOf<P extends Policy, B extends Binding>(
  kinds: { readonly policies: Kind; readonly bindings: Kind },
  attributes: Attributes,
  cluster: Cluster,
): Generator<Outcome<P, B>> {
  const bindings = objectsOf<B>(kinds.bindings, cluster);
  for (const policy of objectsOf<P>(kinds.policies, cluster)) {
    const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name);
    if (own.length === 0) continue;
    const served = matched(policy.spec.matchConstraints ?? {}, attributes, cluster);
    if (!served) continue;
    const wrong = served instanceof PolicyError ? served.message : paramKindProblem(policy, cluster);
    if (served instanceof PolicyError || wrong !== undefined) {
      yield { problem: { policy, binding: undefined, message: `failed to configure policy: ${wrong}` } };
      continue;
    }
    for (const binding of own) yield* ofBinding(policy, binding, served, attributes, cluster);
  }
}
