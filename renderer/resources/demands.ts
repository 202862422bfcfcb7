/** What an action demands of the server: whether it is served at all, and whether the user may. */
import type { KubeObject } from '../../agent/api/types.ts';
import type { AccessQuestion, ResourceRef, ServedResource } from '../../main/contract/resources.ts';
import { refusalOf } from '../data/access.ts';
import { discoveryOf, findServed } from '../data/discovery.ts';
import { resourceName } from '../data/refs.ts';
import type { Demand, ResourceView } from './view.ts';

/** The server's own verbs for a subresource are not looked into: that there is one is enough. */
export function isServed({ verb, subresource }: Demand, { verbs, subresources }: ServedResource): boolean {
  return subresource ? subresources.includes(subresource) : verbs.includes(verb);
}

/** Roles may name objects: of few each is asked about, of many only their namespaces. */
const mostAsked = 20;

export function questionsOf(
  { verb, resource, subresource }: Demand,
  { ref }: Pick<ResourceView, 'ref'>,
  objects: readonly KubeObject[],
): readonly AccessQuestion[] {
  const question = (namespace: string | undefined) => ({
    resource: resource ?? ref,
    verb,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
  });
  const isNamed = !resource && objects.length <= mostAsked;
  if (isNamed) return objects.map(({ metadata: { name, namespace } }) => ({ ...question(namespace), name }));
  return [...new Set(objects.map(({ metadata }) => metadata.namespace))].map(question);
}

function unserved(context: string, demand: Demand, resource: ResourceRef): string | undefined {
  const served = findServed(discoveryOf(context), resource);
  if (!served || isServed(demand, served)) return undefined;
  const what = demand.subresource ? `${resource.plural}/${demand.subresource}` : resourceName(resource);
  return `The server offers no ${demand.verb} of ${what}`;
}

/** Why it cannot be done to all of the objects, as far as is known. */
export function reasonOf(
  context: string,
  view: Pick<ResourceView, 'ref'>,
  demand: Demand | undefined,
  objects: readonly KubeObject[],
): string | undefined {
  if (!demand) return undefined;
  const refusals = questionsOf(demand, view, objects).map((question) => refusalOf(context, question));
  return unserved(context, demand, demand.resource ?? view.ref) ?? refusals.find((reason) => reason !== undefined);
}
