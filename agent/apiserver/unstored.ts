/** Resources that are answered and never stored, as discovery lists them. */
import type { UnstoredResource } from './documents/discovery.ts';
import type { ResourcePath } from './request-info.ts';
import { reviews } from './reviews.ts';

export const unstoredResources: readonly UnstoredResource[] = [
  { group: '', version: 'v1', plural: 'bindings', singular: 'binding', kind: 'Binding', namespaced: true },
  ...reviews.map(({ type: { group, version }, kind: { kind, plural, singular, namespaced } }) => ({
    group,
    version,
    plural,
    singular,
    kind,
    namespaced,
  })),
];

/** The collection to which one of them is posted. */
export const isUnstored = ({ group, version, resource, namespace, name, watch }: ResourcePath): boolean =>
  name === '' &&
  !watch &&
  unstoredResources.some(
    (each) =>
      each.group === group &&
      each.version === version &&
      each.plural === resource &&
      each.namespaced === (namespace !== ''),
  );
