import { ageColumn, column, firstThree, nameColumn } from '../columns.ts';
import { checkEndpointIp } from '../endpoint-address.ts';
import { invalid, invalidBy, required } from '../field-errors.ts';
import type { Kind } from '../kind.ts';
import { checkPortNumber } from '../names.ts';
import type { Endpoints } from '../types.ts';

const host = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip);

const addressesOf = ({ subsets }: Endpoints): string[] =>
  (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${host(ip)}:${port}`)),
  );

export const endpoints: Kind<Endpoints> = {
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  namespaced: true,
  representations: [
    {
      group: '',
      version: 'v1',
      definition: 'io.k8s.api.core.v1.Endpoints',
      warning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    },
  ],
  hasStatus: false,
  createOnUpdate: true,
  hasGeneration: false,
  columns: [
    nameColumn,
    column('Endpoints', 'The set of all endpoints is the union of all subsets.', (object) =>
      firstThree(addressesOf(object), '<none>'),
    ),
    ageColumn,
  ],
  fieldSelectors: {},
  /** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateEndpoints) */
  validate: ({ subsets = [] }) =>
    subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
      const path = `subsets[${index}]`;
      const check = (list: readonly { ip: string }[], field: string) =>
        list.flatMap(({ ip }, at) => invalidBy(`${path}.${field}[${at}].ip`, ip, checkEndpointIp));
      return [
        ...(addresses.length + notReadyAddresses.length === 0
          ? [required(path, 'must specify `addresses` or `notReadyAddresses`')]
          : []),
        ...check(addresses, 'addresses'),
        ...check(notReadyAddresses, 'notReadyAddresses'),
        ...ports.flatMap(({ port }, at) =>
          checkPortNumber(port).map((detail) => invalid(`${path}.ports[${at}].port`, port, detail)),
        ),
      ];
    }),
  default(object) {
    for (const { ports } of object.subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
};
