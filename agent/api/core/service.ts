import { ageColumn, column, formatLabels, nameColumn, orNone } from '../columns.ts';
import { type Kind, proxyVerbs } from '../kind.ts';
import { checkDns1035Label, checkDns1123Label } from '../names.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { Service } from '../types.ts';
import { validateService } from '../validation/service.ts';
import { validateServiceStatus } from '../validation/service-update.ts';
import { serviceClaims } from './service-claims.ts';
import { defaultService } from './service-defaults.ts';
import { dropWhatTypeGave, normalizeClusterIps } from './service-update.ts';

function externalIp({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return orNone(external.join(','));
  const assigned = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return [...new Set(assigned.filter(Boolean)), ...external].join(',') || '<pending>';
}

const portsOf = ({ spec }: Service): string =>
  orNone(
    (spec.ports ?? [])
      .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
      .join(','),
  );

export const services: Kind<Service> = {
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Service' }],
  hasStatus: true,
  createOnUpdate: true,
  checkName: isEnabled('RelaxedServiceNameValidation') ? checkDns1123Label : checkDns1035Label,
  deletionAnswer: 'object',
  hasGeneration: false,
  subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: proxyVerbs, stream: 'serviceProxy' }],
  columns: [
    nameColumn,
    column('Type', 'Type determines how the Service is exposed.', ({ spec }) => spec.type ?? ''),
    column('Cluster-IP', 'The IP address of the service, usually assigned by the system.', ({ spec }) =>
      orNone(spec.clusterIPs?.[0] ?? spec.clusterIP),
    ),
    column('External-IP', 'IP addresses at which the service answers beside the cluster IP.', externalIp),
    column('Port(s)', 'The list of ports that are exposed by this service.', portsOf),
    ageColumn,
    column('Selector', 'Route service traffic to pods with these labels.', ({ spec }) => formatLabels(spec.selector), {
      wide: true,
    }),
  ],
  fieldSelectors: {
    'spec.clusterIP': (service) => service.spec.clusterIP ?? '',
    'spec.type': (service) => service.spec.type ?? '',
  },
  default(service) {
    service.spec ??= {};
    defaultService(service.spec);
    for (const each of service.status?.loadBalancer?.ingress ?? []) if (each.ip) each.ipMode ||= 'VIP';
  },
  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
    normalizeClusterIps(service.spec, undefined);
  },
  prepareForUpdate(service, old) {
    normalizeClusterIps(service.spec, old.spec);
    dropWhatTypeGave(service, old);
  },
  claims: serviceClaims,
  validate: validateService,
  validateStatus: validateServiceStatus,
};
