/**
 * Validation of the addresses of a service within the cluster, and of their families.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateServiceClusterIPsRelatedFields)
 */
import { checkIp, familyOfAddress, isDualStack } from '../addresses.ts';
import { duplicate, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';

type Spec = core.ServiceSpec;

const field = 'spec.clusterIPs';
const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

export const isHeadless = ({ clusterIPs = [] }: Spec): boolean => clusterIPs.length === 1 && clusterIPs[0] === 'None';

/** The one address is the first of the list. */
function validatePrimary({ clusterIP, clusterIPs = [] }: Spec): FieldError[] {
  if (clusterIP) {
    if (clusterIPs.length === 0) return [required(field)];
    return clusterIPs[0] === clusterIP ? [] : [invalid(field, clusterIPs, 'first value must match `clusterIP`')];
  }
  if (clusterIPs.length === 0) return [];
  return [invalid(field, clusterIPs, 'must be empty when `clusterIP` is not specified')];
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: Spec): FieldError[] {
  const seen = new Set<string>();
  const errors = ipFamilies.flatMap((family, index) => {
    const at = `spec.ipFamilies[${index}]`;
    const twice = seen.has(family);
    seen.add(family);
    return [
      ...(families.includes(family) ? [] : [notSupported(at, family, families)]),
      ...(twice ? [duplicate(at, family)] : []),
    ];
  });
  return [...errors, ...oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, policies)];
}

/** Addresses that are stored may stay, whatever they are like. */
function validateEach(ips: readonly string[], old: Spec | undefined): FieldError[] {
  const known = new Set(old?.clusterIPs);
  return ips.flatMap((ip, index) => {
    if (index === 0 && ip === 'None') {
      return ips.length > 1 ? [invalid(field, ips, "'None' must be the first and only value")] : [];
    }
    return known.has(ip) ? [] : invalidBy(`${field}[${index}]`, ip, checkIp);
  });
}

const validateOfFamilies = (ips: readonly string[], of: readonly string[]): FieldError[] =>
  ips.flatMap((ip, index) => {
    const family = of[index];
    if (family === undefined || !families.includes(family) || familyOfAddress(ip) === family) return [];
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    return [invalid(`${field}[${index}]`, ip, detail)];
  });

export function validateClusterIps(spec: Spec, old: Spec | undefined): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIPs: ips = [], ipFamilies = [] } = spec;
  const malformed = validateEach(ips, old);
  const errors = [...validatePrimary(spec), ...validateFamilies(spec), ...malformed];
  if (ips.length > 2) errors.push(invalid(field, ips, 'may only hold up to 2 values'));
  if (malformed.length > 0) return errors;
  if (ips.length > 1 && new Set(ips.map(familyOfAddress)).size < 2 && !isDualStack(ips)) {
    errors.push(invalid(field, ips, 'may specify no more than one IP for each IP family'));
  }
  return isHeadless(spec) ? errors : [...errors, ...validateOfFamilies(ips, ipFamilies)];
}
