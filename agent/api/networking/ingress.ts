/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/networking/ingress/strategy.go */
import { ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { Ingress } from '../types.ts';
import { classAnnotation, validateIngress, validateIngressStatus } from './ingress-validation.ts';
import { retiredIngresses } from './retired.ts';

/** Upstream counts the rules without a host among those that are not shown. */
function hostsOf({ spec }: Ingress): string {
  const rules = spec.rules ?? [];
  const shown = rules.slice(0, 3).flatMap(({ host }) => host || []);
  if (shown.length === 0) return '*';
  return rules.length > 3 ? `${shown.join(',')} + ${rules.length - 3} more...` : shown.join(',');
}

const addressesOf = ({ status }: Ingress): string =>
  [...new Set((status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []))]
    .sort()
    .join(',');

export const ingresses = defineKind<Ingress>({
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  representations: [
    { group: 'networking.k8s.io', version: 'v1', definition: 'io.k8s.api.networking.v1.Ingress' },
    ...retiredIngresses,
  ],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Class', 'The class whose controller serves the ingress.', ({ spec }) => orNone(spec.ingressClassName)),
    column('Hosts', 'Hosts that incoming requests are matched against before the ingress rule', hostsOf),
    column('Address', 'Address is a list containing ingress points for the load-balancer', addressesOf),
    column('Ports', 'Ports of TLS configurations that open', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ],
  default(ingress) {
    ingress.spec ??= {};
  },
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  validateStatus: validateIngressStatus,
  warn: ({ metadata, spec }, old) =>
    !old && metadata.annotations?.[classAnnotation] !== undefined && spec.ingressClassName === undefined
      ? [`annotation ${JSON.stringify(classAnnotation)} is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
});
