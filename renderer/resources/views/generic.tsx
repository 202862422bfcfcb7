/** The view of a resource that has none of its own: made from what the server says of it, whatever cluster it is. */
import type { ServedResource } from '../../../main/contract/resources.ts';
import { common, scaleAny } from '../actions.tsx';
import { ObjectFields } from '../overviews/object-fields.tsx';
import { healthOf } from '../status-words.ts';
import type { ResourceView } from '../view.ts';
import { iconOf } from './icons.ts';

/** The longest ending in which a kind and its plural differ: `Policy`, `policies`. */
const longestEnding = 3;

/**
 * `NetworkPolicies` of `networkpolicies` and `NetworkPolicy`: the case of the kind, the ending of the plural. A plural
 * of another word, as `pods` for `PodMetrics`, would be taken for that resource: then the kind.
 */
export function titleOf({ kind, plural }: { kind: string; plural: string }): string {
  const lower = kind.toLowerCase();
  let same = 0;
  while (same < plural.length && lower[same] === plural[same]) same += 1;
  if (same > 0 && kind.length - same > longestEnding) return kind;
  return same > 0 ? kind.slice(0, same) + plural.slice(same) : plural;
}

export function genericView(served: ServedResource): ResourceView {
  const { group, plural, kind, namespaced, shortNames, version, subresources } = served;
  const owner = group ? `${group}/${version}` : version;
  return {
    ref: { group, plural },
    kind,
    namespaced,
    shortNames,
    title: titleOf(served),
    icon: iconOf(served),
    actions: subresources.includes('scale') ? [scaleAny, ...common] : common,
    needs: [],
    tone: (object) => healthOf(object).tone,
    status: (object) => healthOf(object).word,
    tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
    fields: (object, { context }) => <ObjectFields context={context} resource={{ group, plural }} object={object} />,
    about: `${kind} is a resource of ${owner}.`,
  };
}
