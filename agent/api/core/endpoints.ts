import { ageColumn, column, firstThree, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Endpoints } from '../types.ts';
import { validateEndpoints } from '../validation/endpoints.ts';

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
  validate: validateEndpoints,
  default(object) {
    for (const { ports } of object.subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
  },
};
