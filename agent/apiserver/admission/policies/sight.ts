import type { Attributes } from '../attributes.ts';
import type { Sight } from '../match/activation.ts';
import { seenIn } from '../match/seen.ts';
import type { Cluster } from '../step.ts';
import type { Invocation } from './invocations.ts';
import type { Binding, Policy } from './parameters.ts';

/** The write and the parameters, each in the version that the policy names. */
export async function sightOf<P extends Policy, B extends Binding>(
  { policy: { spec }, served, params }: Invocation<P, B>,
  attributes: Attributes,
  cluster: Cluster,
): Promise<Sight> {
  const { apiVersion = '', kind: name = '' } = spec.paramKind ?? {};
  const parameters = params && cluster.kinds.named(apiVersion, name);
  return {
    attributes,
    seen: await seenIn(attributes, served, cluster),
    cluster,
    params: parameters ? await cluster.converter.one(parameters.kind, parameters.representation, params) : null,
  };
}
