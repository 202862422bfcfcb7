/**
 * What validating policies have against a write, and what becomes of it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/dispatcher.go
 */
import {
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../api/admissionregistration/policies.ts';
import { ApiError } from '../../../api/errors.ts';
import type { AnyObject, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';
import { type Denial, type Judgement, judgementOf } from './evaluation.ts';
import { type Invocation, invocationsOf } from './invocations.ts';
import { sightOf } from './sight.ts';

type Policy = AnyObject & ValidatingAdmissionPolicy;
type Binding = AnyObject & ValidatingAdmissionPolicyBinding;

const kinds = { policies: validatingAdmissionPolicies, bindings: validatingAdmissionPolicyBindings };

const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

/** As many as upstream records of one request. */
const mostFailures = 50;
const longestAnnotation = 10 * 1024;

interface Refusal {
  readonly message: string;
  readonly reason: string;
}

/** What all policies together have to say of one write. */
class Findings {
  readonly #attributes: Attributes;
  #refusal: Refusal | undefined;
  readonly #failures: object[] = [];
  readonly #annotations = new Map<string, Set<string>>();

  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  /** The first is heard. */
  refuse(policy: string, binding: string | undefined, message: string, reason = 'Invalid'): void {
    const by = binding === undefined ? '' : ` with binding '${binding}'`;
    this.#refusal ??= { message: `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`, reason };
  }

  add({ policy, binding }: Invocation<Policy, Binding>, { denials, annotations, failures }: Judgement): void {
    for (const denial of denials) this.#deny(policy.metadata.name, binding, denial);
    for (const [key, value] of annotations) {
      const name = `${policy.metadata.name}/${key}`;
      this.#annotations.set(name, (this.#annotations.get(name) ?? new Set()).add(value.slice(0, longestAnnotation)));
    }
    for (const failure of failures) this.refuse(policy.metadata.name, binding.metadata.name, failure);
  }

  #deny(policy: string, { metadata: { name }, spec }: Binding, { message, reason, index }: Denial): void {
    const validationActions = spec.validationActions ?? [];
    for (const action of validationActions) {
      if (action === 'Deny') this.refuse(policy, name, message, reason);
      if (action === 'Audit') {
        this.#failures.push({ message, policy, binding: name, expressionIndex: index, validationActions });
      }
      if (action === 'Warn') {
        const text = `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${message}`;
        this.#attributes.warnings.push(text);
      }
    }
  }

  /** By key, as upstream's audit log has them. */
  annotations(): Record<string, string> {
    const failures = JSON.stringify(this.#failures.slice(0, mostFailures));
    return {
      ...Object.fromEntries([...this.#annotations].map(([key, values]) => [key, [...values].join(', ')])),
      ...(this.#failures.length > 0 ? { 'validation.policy.admission.k8s.io/validation_failure': failures } : {}),
    };
  }

  /** Throws where somebody refuses. */
  conclude(): void {
    const { kind, name } = this.#attributes;
    if (!this.#refusal) return;
    const { message, reason } = this.#refusal;
    const { message: text, details } = forbidden(kind, name, message, [{ message }]);
    throw new ApiError(codes[reason] ?? 422, reason, text, details);
  }
}

/** There is no audit log: what upstream writes there is a line of the API server's own. */
function record(annotations: Record<string, string>, { user, info }: Attributes, { log }: Cluster): void {
  if (Object.keys(annotations).length === 0) return;
  const { verb, group, resource, subresource, namespace, name } = info;
  const object = { group, resource, subresource, namespace, name };
  log.info('Audit annotations', { user: user.username, verb, object, annotations });
}

/** Throws `ApiError` for the first denial of a binding that denies; warns of those of bindings that warn. */
export async function judge(attributes: Attributes, cluster: Cluster): Promise<void> {
  const findings = new Findings(attributes);
  for (const { invocation, problem } of invocationsOf<Policy, Binding>(kinds, attributes, cluster)) {
    if (!invocation) {
      const { policy, binding, message } = problem;
      if (policy.spec.failurePolicy !== 'Ignore')
        findings.refuse(policy.metadata.name, binding?.metadata.name, message);
      continue;
    }
    const sight = await sightOf(invocation, attributes, cluster);
    findings.add(invocation, await cluster.turns.run(judgementOf(invocation.policy, sight)));
  }
  record(findings.annotations(), attributes, cluster);
  findings.conclude();
}
