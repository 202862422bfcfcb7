/**
 * Versions that upstream serves no longer and that are still accepted on write, with upstream's warning.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
import type { Representation } from './kind.ts';

interface RetiredVersion {
  kind: string;
  group: string;
  version: string;
  /** The releases since which upstream calls it deprecated, and serves it no longer: `v1.8`. */
  deprecated: string;
  unavailable: string;
  /** The apiVersion to use instead. */
  use: string;
}

type Conversion = Pick<Representation, 'default' | 'toHub' | 'fromHub' | 'orphansByDefault'>;

/** `conversion`: what of the version differs from the hub. */
export const retiredVersion = (
  { kind, group, version, deprecated, unavailable, use }: RetiredVersion,
  conversion: Conversion = {},
): Representation => ({
  group,
  version,
  definition: `io.k8s.api.${group.split('.')[0]}.${version}.${kind}`,
  retired: true,
  warning: `${group}/${version} ${kind} is deprecated in ${deprecated}+, unavailable in ${unavailable}+; use ${use} ${kind}`,
  ...conversion,
});
