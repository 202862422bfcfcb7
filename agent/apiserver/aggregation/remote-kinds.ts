/** Kinds of other API servers, for controllers that treat every kind alike. They store nothing here. */
import { defineKind } from '../../api/define-kind.ts';
import { isObject } from '../../api/json/value.ts';
import type { Kind, Representation } from '../../api/kind.ts';
import { compareVersions, type GroupVersion } from '../../api/version-order.ts';
import type { VersionDiscovery } from './versions.ts';

export interface DiscoveredVersion extends GroupVersion {
  discovery: VersionDiscovery;
}

interface DiscoveredResource {
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  version: string;
}

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

function resourcesIn({ version, discovery }: DiscoveredVersion): DiscoveredResource[] {
  const { resources } = discovery;
  if (!Array.isArray(resources)) return [];
  return resources.filter(isObject).map((each) => ({
    plural: textIn(each.resource),
    singular: textIn(each.singularResource),
    kind: isObject(each.responseKind) ? textIn(each.responseKind.kind) : '',
    namespaced: each.scope === 'Namespaced',
    verbs: textsIn(each.verbs),
    version,
  }));
}

/** Of one group, in the versions that are known now. A resource's first version is the one to use. */
export function kindsOf(group: string, versions: readonly DiscoveredVersion[]): Kind[] {
  const ordered = [...versions].sort((a, b) => compareVersions(a.version, b.version));
  const byPlural = new Map<string, DiscoveredResource[]>();
  for (const resource of ordered.flatMap(resourcesIn)) {
    if (!resource.plural || !resource.kind) continue;
    byPlural.set(resource.plural, [...(byPlural.get(resource.plural) ?? []), resource]);
  }
  return [...byPlural.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { kind, plural, singular, namespaced, verbs } = first;
    const representation = ({ version }: DiscoveredResource): Representation => ({ group, version, definition: '' });
    const representations = [representation(first), ...others.map(representation)] as const;
    return [
      defineKind({
        kind,
        plural,
        singular,
        namespaced,
        verbs,
        representations: [...representations],
        isRemote: true,
      }),
    ];
  });
}
