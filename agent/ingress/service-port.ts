import type { core, networking, Service } from '../api/types.ts';

/** The port that a backend names, by number or by name; undefined where the service has none such. */
export const servicePortOf = (
  { spec }: Service,
  wanted: NonNullable<networking.IngressBackend['service']>['port'],
): core.ServicePort | undefined =>
  spec.ports?.find(({ name, port }) => (wanted?.name ? name === wanted.name : port === wanted?.number));
