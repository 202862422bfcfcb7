/**
 * Where a service leads: one of its ready endpoints.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/proxy/proxy.go (ResolveEndpoint)
 */
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import type { AnyObject, EndpointSlice, Service } from '../../api/types.ts';
import type { State } from '../state/state.ts';
import { checkProxyable, serviceTargets } from '../streams/proxy-location.ts';

export interface Address {
  host: string;
  port: number;
}

const ofService = 'kubernetes.io/service-name';

/** Of one service. */
export function slicesOf(state: State, namespace: string, name: string): EndpointSlice[] {
  const slices = state.of(endpointSlices).objects.list(namespace);
  return slices.flatMap(({ object }) =>
    object.metadata.labels?.[ofService] === name ? [object as AnyObject & EndpointSlice] : [],
  );
}

/** `random` is in [0, 1) and spreads requests over the endpoints. Throws where there is none. */
export function serviceAddress(state: State, namespace: string, name: string, port: number, random: number): Address {
  const record = state.of(services).objects.get(`${namespace}/${name}`);
  if (!record) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { spec } = record.object as AnyObject & Service;
  if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
  if (!(spec.ports ?? []).some((each) => each.port === port)) {
    throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  }
  const service = record.object as AnyObject & Service;
  const [target] = serviceTargets(
    service,
    slicesOf(state, namespace, name),
    { scheme: 'https', name, port: String(port) },
    random,
  );
  if (!target) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  checkProxyable(target.ip);
  return { host: target.ip, port: target.port };
}
