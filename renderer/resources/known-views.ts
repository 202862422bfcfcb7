/**
 * Finds the view of a resource: the hand-made one, else one that is made from what the server says of it. Details link
 * from kind to kind, so this must not import the views, which import the details: `views/registry.ts` puts them in.
 */
import type { ResourceRef, ServedResource } from '../../main/contract/resources.ts';
import { type Discovery, discoveryOf, findServed, useDiscovery } from '../data/discovery.ts';
import { groupOf, resourceName, sameResource } from '../data/refs.ts';
import type { ResourceView } from './view.ts';

const byResource = new Map<string, ResourceView>();
let generic: (served: ServedResource) => ResourceView = () => {
  throw new Error('there is no generic view yet');
};
/** By what the server says, so that a view stays the same object as long as that does. */
const made = new Map<string, ResourceView>();

export function addViews(views: readonly ResourceView[], makeGeneric: typeof generic): void {
  for (const view of views) byResource.set(resourceName(view.ref), view);
  generic = makeGeneric;
}

export const handMadeViews = (): readonly ResourceView[] => [...byResource.values()];

export const handMadeView = (ref: ResourceRef): ResourceView | undefined => byResource.get(resourceName(ref));

export function viewOfServed(served: ServedResource): ResourceView {
  const key = JSON.stringify(served);
  const view = handMadeView(served) ?? made.get(key) ?? generic(served);
  made.set(key, view);
  return view;
}

/** Undefined where nothing is known of the resource. */
export function viewFor(ref: ResourceRef, discovery: Discovery): ResourceView | undefined {
  const served = findServed(discovery, ref);
  return served ? viewOfServed(served) : handMadeView(ref);
}

export const viewIn = (context: string, ref: ResourceRef): ResourceView | undefined =>
  viewFor(ref, discoveryOf(context));

interface KindName {
  /** `apps/v1`; absent in events whose author left it out. */
  apiVersion?: string | undefined;
  kind?: string | undefined;
}

/** The view of the objects of a kind, as owner references and events name it. */
export function viewOfKind({ apiVersion, kind }: KindName, discovery: Discovery): ResourceView | undefined {
  const isIt = (each: { kind: string }, group: string) =>
    each.kind === kind && (apiVersion === undefined || group === groupOf(apiVersion));
  const handMade = handMadeViews().find((view) => isIt(view, view.ref.group));
  const served = discovery.resources.find((each) => isIt(each, each.group) && each.verbs.includes('list'));
  return handMade ?? (served && viewOfServed(served));
}

export const useViewOfKind = (context: string, kind: KindName): ResourceView | undefined =>
  viewOfKind(kind, useDiscovery(context));

/**
 * The resource that an address means which names it in another way: older ones had no group, and people write kinds
 * and short names. Undefined where the name is that of a resource, or of nothing.
 */
export function resourceMeant({ group, plural }: ResourceRef, { resources }: Discovery): ResourceRef | undefined {
  if (group) return undefined;
  const word = plural.toLowerCase();
  const means = (each: { kind: string; shortNames: readonly string[]; plural: string; singular?: string }) =>
    each.plural === word ||
    each.singular === word ||
    each.kind.toLowerCase() === word ||
    each.shortNames.includes(word);
  const views = handMadeViews().map((view) => ({ ...view, plural: view.ref.plural }));
  const found = views.find(means)?.ref ?? resources.filter(({ verbs }) => verbs.includes('list')).find(means);
  const isItself = found === undefined || sameResource(found, { group, plural });
  return isItself ? undefined : { group: found.group, plural: found.plural };
}
