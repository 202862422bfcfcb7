import { ageColumn, column, firstThree, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { EndpointSlice } from '../types.ts';
import { validateEndpointSlice } from './endpoint-slice-validation.ts';

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
  generationCounts: ['labels'],
  columns: [
    nameColumn,
    column('AddressType', 'Type of the addresses that this slice carries.', ({ addressType }) => addressType),
    column('Ports', 'The ports exposed by each endpoint in this slice.', ({ ports }) =>
      firstThree(
        (ports ?? []).map(({ port }) => (port === undefined ? '*' : String(port))),
        '<unset>',
      ),
    ),
    column('Endpoints', 'The unique endpoints in this slice.', ({ endpoints }) =>
      firstThree(
        (endpoints ?? []).flatMap(({ addresses }) => addresses),
        '<unset>',
      ),
    ),
    ageColumn,
  ],
  fieldSelectors: {},
  default(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ||= 'TCP';
    }
  },
  validate: validateEndpointSlice,
};
