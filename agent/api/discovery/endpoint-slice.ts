import { ageColumn, column, firstThree, nameColumn } from '../columns.ts';
import { checkEndpointIpOf } from '../endpoint-address.ts';
import { immutable, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError, Kind } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import type { EndpointSlice } from '../types.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/discovery/validation/validation.go */
function validateAddresses(path: string, addresses: readonly string[], type: string): FieldError[] {
  if (addresses.length === 0) return [required(path, 'must contain at least 1 address')];
  if (!addressTypes.includes(type)) return [];
  const check = type === 'FQDN' ? checkDns1123Subdomain : checkEndpointIpOf(type);
  return addresses.flatMap((address, index) => invalidBy(`${path}[${index}]`, address, check));
}

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
  validate: ({ addressType, endpoints }, old) => [
    ...(addressType ? [] : [required('addressType')]),
    ...(addressType && !addressTypes.includes(addressType)
      ? [notSupported('addressType', addressType, addressTypes)]
      : []),
    ...(old && old.addressType !== addressType ? [invalid('addressType', addressType, immutable)] : []),
    ...(endpoints ?? []).flatMap(({ addresses }, index) =>
      validateAddresses(`endpoints[${index}].addresses`, addresses ?? [], addressType),
    ),
  ],
};
