/**
 * Address families of services.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/storage/alloc.go (initIPFamilyFields)
 */
import type { FieldError, Kind } from '../../api/kind.ts';
import type { Service } from '../../api/types.ts';
import { invalid } from '../errors.ts';

/** A headless service without a selector is whatever its endpoints are. */
const hasAnyFamily = ({ clusterIP, clusterIPs, selector }: Service['spec']): boolean =>
  (clusterIP || clusterIPs?.[0]) === 'None' && Object.keys(selector ?? {}).length === 0;

/** Of a cluster that knows IPv4 only. */
export function checkFamilies(kind: Kind, service: Service): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || hasAnyFamily(spec)) return;
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push({ type: 'Invalid', field: 'spec.ipFamilyPolicy', value: spec.ipFamilyPolicy, detail });
  }
  for (const [index, value] of (spec.ipFamilies ?? []).entries()) {
    if (value === 'IPv4') continue;
    const detail = 'not configured on this cluster';
    errors.push({ type: 'Invalid', field: `spec.ipFamilies[${index}]`, value, detail });
  }
  if (errors.length > 0) throw invalid(kind, service.metadata.name, errors);
}

export function setFamilies({ spec }: Service): void {
  if (spec.type === 'ExternalName') {
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
    return;
  }
  const anything = hasAnyFamily(spec);
  spec.ipFamilyPolicy ??= anything ? 'RequireDualStack' : 'SingleStack';
  if (!spec.ipFamilies?.length) {
    spec.ipFamilies = anything && spec.ipFamilyPolicy !== 'SingleStack' ? ['IPv4', 'IPv6'] : ['IPv4'];
  }
}
