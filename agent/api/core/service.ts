import { ageColumn, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import type { Service } from '../types.ts';

export const services: Kind<Service> = {
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Service' }],
  hasStatus: true,
  hasGeneration: false,
  subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] }],
  columns: [nameColumn, ageColumn],
  fieldSelectors: {
    'spec.clusterIP': (service) => service.spec.clusterIP ?? '',
    'spec.type': (service) => service.spec.type ?? '',
  },
};
