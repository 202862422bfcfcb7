import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { EndpointSlice } from '../types.ts';

export const endpointSlices: Kind<EndpointSlice> = {
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  namespaced: true,
  representations: [{ group: 'discovery.k8s.io', version: 'v1', definition: 'io.k8s.api.discovery.v1.EndpointSlice' }],
  hasStatus: false,
  hasGeneration: true,
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
};
