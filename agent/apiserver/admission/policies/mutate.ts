/**
 * Lets mutating policies change a write, one after the other, and again where later ones have changed it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/mutating/dispatcher.go
 */
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from '../../../api/admissionregistration/policies.ts';
import { ApiError } from '../../../api/errors.ts';
import { isEqual } from '../../../api/json/value.ts';
import type { AnyObject, MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { conditionActivation } from '../match/activation.ts';
import { meetsConditions, PolicyError } from '../match/evaluation.ts';
import { Reinvocations } from '../match/reinvocations.ts';
import type { Again, Cluster } from '../step.ts';
import { compiledMutations } from './compiled-policy.ts';
import { type Invocation, invocationsOf, type Misconfiguration } from './invocations.ts';
import { applyMutation } from './mutation.ts';
import { sightOf } from './sight.ts';

type Policy = AnyObject & MutatingAdmissionPolicy;
type Binding = AnyObject & MutatingAdmissionPolicyBinding;
type Own = Invocation<Policy, Binding>;

const kinds = { policies: mutatingAdmissionPolicies, bindings: mutatingAdmissionPolicyBindings };

interface Problem extends Misconfiguration<Policy, Binding> {
  readonly reason: 'Forbidden' | 'Invalid';
}

function problemText({ policy, binding, message }: Problem): string {
  const [name, by] = [policy.metadata.name, binding?.metadata.name];
  const who = by === undefined ? `policy ${JSON.stringify(name)}` : `policy '${name}' with binding '${by}'`;
  return `${who} denied request: ${message}`;
}

/** The first that counts is heard; all of them are causes. */
function refuse(problems: readonly Problem[], { kind, name }: Attributes): void {
  const [first, ...others] = problems.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore');
  if (!first) return;
  const causes = [first, ...others].map((problem) => ({ message: problemText(problem) }));
  const { details } = forbidden(kind, name, '', causes);
  throw new ApiError(403, first.reason, problemText(first), details);
}

const keyOf = ({ policy, binding, params }: Own): string =>
  [policy, binding, params].map((each) => `${each?.metadata.namespace ?? ''}/${each?.metadata.name ?? ''}`).join(' ');

/** One round of all policies. */
class Round {
  readonly #attributes: Attributes;
  readonly #cluster: Cluster;
  readonly #reinvocations: Reinvocations;
  readonly #problems: Problem[] = [];
  /** Whether a mutation has been applied, even if it has changed nothing. */
  applied = false;

  constructor(attributes: Attributes, cluster: Cluster, reinvocations: Reinvocations) {
    this.#attributes = attributes;
    this.#cluster = cluster;
    this.#reinvocations = reinvocations;
  }

  /** Throws `ApiError` where a policy fails, and that is not to be ignored. */
  async run(isWanted: (key: string) => boolean): Promise<void> {
    const invocations: Own[] = [];
    const found = [...invocationsOf<Policy, Binding>(kinds, this.#attributes, this.#cluster)];
    for (const { invocation, problem } of found) {
      if (invocation) invocations.push(invocation);
      else this.#problems.push({ ...problem, reason: 'Forbidden' });
    }
    for (const invocation of invocations) await this.#invoke(invocation, isWanted);
    if (this.applied) this.#reinvocations.objectChanged();
    refuse(this.#problems, this.#attributes);
  }

  async #invoke(invocation: Own, isWanted: (key: string) => boolean): Promise<void> {
    const { policy } = invocation;
    const key = keyOf(invocation);
    const before = this.#attributes.object;
    const { conditions, mutations } = compiledMutations(policy);
    if (!(await this.#attempt(invocation, () => this.#isConditioned(invocation, conditions)))) return;
    if (!isWanted(key)) return;
    for (const index of mutations.keys()) {
      if (!this.#attributes.object) continue;
      await this.#attempt(invocation, async () => {
        const sight = await sightOf(invocation, this.#attributes, this.#cluster);
        await applyMutation(policy, index, sight);
        this.applied = true;
        return true;
      });
    }
    if (!isEqual(before, this.#attributes.object)) this.#reinvocations.objectChanged();
    this.#reinvocations.ran(key, policy.spec.reinvocationPolicy);
  }

  async #isConditioned(invocation: Own, conditions: Parameters<typeof meetsConditions>[0]): Promise<boolean> {
    if (conditions.length === 0) return true;
    const sight = await sightOf(invocation, this.#attributes, this.#cluster);
    return this.#cluster.turns.run(meetsConditions(conditions, conditionActivation(sight)));
  }

  /** False where it fails: the failure policy decides at the end. */
  async #attempt({ policy, binding }: Own, task: () => Promise<boolean>): Promise<boolean> {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      this.#problems.push({ policy, binding, message: error.message, reason: 'Invalid' });
      return false;
    }
  }
}

export async function mutate(attributes: Attributes, cluster: Cluster): Promise<Again> {
  const reinvocations = new Reinvocations();
  const first = new Round(attributes, cluster, reinvocations);
  await first.run(() => true);
  const last = attributes.object;
  return {
    needed: first.applied,
    run: async () => {
      if (!isEqual(last, attributes.object)) reinvocations.objectChanged();
      await new Round(attributes, cluster, reinvocations).run((key) => reinvocations.isDue(key));
    },
  };
}
