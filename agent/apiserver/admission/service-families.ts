/**
 * Address families of services.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/storage/alloc.go
 * (initIPFamilyFields)
 */
import { type Family, familyOfAddress } from '../../api/addresses.ts';
import { invalid as invalidField } from '../../api/field-errors.ts';
import type { FieldError, Kind } from '../../api/kind.ts';
import type { Service } from '../../api/types.ts';
import { validateClusterIps } from '../../api/validation/service-addresses.ts';
import { invalid } from '../errors.ts';

type Spec = Service['spec'];

/** The families that the cluster has service addresses of, its default first. */
type Configured = readonly Family[];

const otherThan = (family: string): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4');

/** A headless service without a selector is whatever its endpoints are. */
const hasAnyFamily = ({ clusterIP, selector }: Spec): boolean =>
  clusterIP === 'None' && Object.keys(selector ?? {}).length === 0;

const isSameList = (left: readonly string[] = [], right: readonly string[] = []): boolean =>
  left.length === right.length && left.every((each, index) => each === right[index]);

/** A service that prefers two families keeps those that it has until its owner changes them. */
const isSettled = (spec: Spec, old: Spec | undefined): boolean =>
  old !== undefined &&
  old.type === spec.type &&
  spec.ipFamilyPolicy === 'PreferDualStack' &&
  old.ipFamilyPolicy === 'PreferDualStack' &&
  isSameList(old.clusterIPs, spec.clusterIPs) &&
  isSameList(old.ipFamilies, spec.ipFamilies);

const isFewer = (now: readonly string[] = [], before: readonly string[] = []): boolean =>
  now.length > 0 && now.length < before.length;

/** Giving up the second of two says so in the policy, which alone is enough. Changes `spec` in place. */
function release(spec: Spec, old: Spec): FieldError[] {
  const { ipFamilyPolicy: policy, clusterIPs: ips, ipFamilies: families } = spec;
  if (policy === 'SingleStack') {
    if (isSameList(old.clusterIPs, ips)) spec.clusterIPs = ips?.slice(0, 1);
    if (isSameList(old.ipFamilies, families)) spec.ipFamilies = families?.slice(0, 1);
    return [];
  }
  const refused = (what: string) =>
    invalidField('spec.ipFamilyPolicy', policy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(isFewer(ips, old.clusterIPs) ? [refused('cluster IP')] : []),
    ...(isFewer(families, old.ipFamilies) ? [refused('IP family')] : []),
  ];
}

function validatePolicy({ ipFamilyPolicy: policy, clusterIPs = [], ipFamilies = [] }: Spec): FieldError[] {
  if (policy !== 'SingleStack') return [];
  const refused = (what: string) =>
    invalidField(
      'spec.ipFamilyPolicy',
      policy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what}`,
    );
  return [
    ...(clusterIPs.length === 2 ? [refused('cluster IPs are specified')] : []),
    ...(ipFamilies.length === 2 ? [refused('IP families are specified')] : []),
  ];
}

/** Addresses say of which families they are. Changes `spec` in place. */
function inferFamilies(spec: Spec, configured: Configured): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  if (clusterIPs[0] === 'None' || clusterIPs.length <= ipFamilies.length) return [];
  const inferred = [...ipFamilies];
  const errors: FieldError[] = [];
  for (const [index, ip] of clusterIPs.entries()) {
    if (index < inferred.length) continue;
    const family = familyOfAddress(ip);
    if (family && configured.includes(family)) inferred.push(family);
    else
      errors.push(invalidField(`spec.clusterIPs[${index}]`, clusterIPs, `${family} is not configured on this cluster`));
  }
  spec.ipFamilies = inferred;
  return errors;
}

function validateConfigured({ ipFamilyPolicy: policy, ipFamilies = [] }: Spec, configured: Configured): FieldError[] {
  const detail = 'this cluster is not configured for dual-stack services';
  return [
    ...(policy === 'RequireDualStack' && configured.length < 2
      ? [invalidField('spec.ipFamilyPolicy', policy, detail)]
      : []),
    ...ipFamilies.flatMap((family, index) =>
      configured.some((each) => each === family)
        ? []
        : [invalidField(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')],
    ),
  ];
}

/** Without a single family, the one that is not named comes second. */
const withOther = (policy: string | undefined, families: readonly string[]): string[] =>
  policy === 'SingleStack' ? [...families] : [...new Set([...families, ...families.map(otherThan)])];

/**
 * Fills policy and families in place, before addresses are allocated. `old` is the stored service, undefined on
 * creation. Throws `ApiError` 422 where the cluster cannot give what is asked for.
 */
export function setFamilies(
  kind: Kind,
  { metadata, spec }: Service,
  old: Spec | undefined,
  configured: Configured,
): void {
  if (spec.type === 'ExternalName' || isSettled(spec, old)) return;
  const refuse = (errors: readonly FieldError[]): void => {
    if (errors.length > 0) throw invalid(kind, metadata.name, errors);
  };
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (hasAnyFamily(spec) ? 'RequireDualStack' : 'SingleStack');
  refuse(validateClusterIps(spec, old));
  refuse([...(old ? release(spec, old) : []), ...validatePolicy(spec), ...inferFamilies(spec, configured)]);
  // Without cluster IPs, a service may be of families that the cluster does not have.
  const isFree = hasAnyFamily(spec);
  if (!isFree) refuse(validateConfigured(spec, configured));
  const families = spec.ipFamilies?.length ? spec.ipFamilies : configured.slice(0, 1);
  spec.ipFamilies = isFree || configured.length === 2 ? withOther(spec.ipFamilyPolicy, families) : families;
}
