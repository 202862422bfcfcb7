/**
 * The shape of `facts.json`: what upstream's Go types say beyond its OpenAPI document as `kubernetes-models` carries
 * it.
 */
import type { Schema } from './schema.ts';

export interface FieldFacts {
  /** How server-side apply merges a list, by which keys if it is a map, and how it merges a struct or a map. */
  list?: 'atomic' | 'set' | 'map';
  keys?: string[];
  map?: 'atomic' | 'granular';
  /** How a strategic merge patch does: comma-separated strategies, and the key of a list's items. */
  patch?: string;
  key?: string;
  /** What is there where nobody says; an apply tells the items of a list apart by it. */
  default?: string | number | boolean;
}

interface DefinitionFacts {
  map?: 'atomic' | 'granular';
  /** See `Schema.written`. */
  written?: string[];
  /** See `Schema.structs`. */
  structs?: string[];
  /** See `Schema.times`. */
  times?: string[];
  fields?: Record<string, FieldFacts>;
}

/** By definition without `io.k8s.`, e.g. `api.core.v1.PodSpec`. */
export type Facts = Record<string, DefinitionFacts>;

type FieldExtensions = Pick<
  Schema,
  | 'x-kubernetes-list-type'
  | 'x-kubernetes-list-map-keys'
  | 'x-kubernetes-map-type'
  | 'x-kubernetes-patch-strategy'
  | 'x-kubernetes-patch-merge-key'
  | 'default'
>;

export const fieldExtensions = ({
  list,
  keys,
  map,
  patch,
  key,
  default: fallback,
}: FieldFacts = {}): FieldExtensions => ({
  ...(list ? { 'x-kubernetes-list-type': list } : {}),
  ...(keys ? { 'x-kubernetes-list-map-keys': keys } : {}),
  ...(map ? { 'x-kubernetes-map-type': map } : {}),
  ...(patch ? { 'x-kubernetes-patch-strategy': patch } : {}),
  ...(key ? { 'x-kubernetes-patch-merge-key': key } : {}),
  ...(fallback === undefined ? {} : { default: fallback }),
});
