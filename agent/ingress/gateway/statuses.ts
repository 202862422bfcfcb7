/** The statuses that follow from a plan. Pure. */
import { findCondition, withCondition } from '../../api/conditions.ts';
import { gatewayController } from '../../api/gateway/group.ts';
import type { Verdict } from './conditions.ts';
import type { GatewayOutcome, GatewayPlan, RouteOutcome } from './plan.ts';
import type {
  GatewayClass,
  GatewayCondition,
  GatewayStatus,
  HttpRoute,
  ParentRef,
  RouteParentStatus,
} from './types.ts';

/** What this controller can do beyond the core. https://gateway-api.sigs.k8s.io/reference/spec/#supportedfeature */
const features = [
  'Gateway',
  'GatewayPort8080',
  'HTTPRoute',
  'HTTPRoute303RedirectStatusCode',
  'HTTPRoute307RedirectStatusCode',
  'HTTPRoute308RedirectStatusCode',
  'HTTPRouteBackendProtocolH2C',
  'HTTPRouteBackendProtocolWebSocket',
  'HTTPRouteBackendRequestHeaderModification',
  'HTTPRouteBackendTimeout',
  'HTTPRouteHostRewrite',
  'HTTPRouteMethodMatching',
  'HTTPRouteParentRefPort',
  'HTTPRoutePathRedirect',
  'HTTPRoutePathRewrite',
  'HTTPRoutePortRedirect',
  'HTTPRouteQueryParamMatching',
  'HTTPRouteRequestTimeout',
  'HTTPRouteResponseHeaderModification',
  'HTTPRouteSchemeRedirect',
  'ReferenceGrant',
].map((name) => ({ name }));

/** `now` is in RFC 3339. */
function conditionsAfter(
  old: readonly GatewayCondition[] | undefined,
  verdicts: readonly Verdict[],
  { generation = 1 }: { generation?: number },
  now: string,
): GatewayCondition[] {
  let conditions = [...(old ?? [])];
  for (const verdict of verdicts) {
    const next = { ...verdict, observedGeneration: generation, lastTransitionTime: now };
    conditions = withCondition(conditions, next);
  }
  return conditions;
}

export function classStatus(
  { class: { metadata, status }, verdicts }: GatewayPlan['classes'][number],
  now: string,
): NonNullable<GatewayClass['status']> {
  const conditions = conditionsAfter(status?.conditions, verdicts, metadata, now);
  const isAccepted = findCondition(conditions, 'Accepted')?.status === 'True';
  return { ...status, conditions, ...(isAccepted ? { supportedFeatures: features } : {}) };
}

export function gatewayStatus({ gateway, addresses, verdicts, listeners }: GatewayOutcome, now: string): GatewayStatus {
  const { metadata, status } = gateway;
  const known = (name: string) => status?.listeners?.find((each) => each.name === name)?.conditions;
  return {
    ...status,
    addresses: addresses.map((value) => ({ type: 'Hostname', value })),
    conditions: conditionsAfter(status?.conditions, verdicts, metadata, now),
    listeners: listeners.map(({ verdicts: own, ...listener }) => ({
      ...listener,
      conditions: conditionsAfter(known(listener.name), own, metadata, now),
    })),
  };
}

const identity = ({ group, kind, namespace, name, sectionName, port }: ParentRef): string =>
  JSON.stringify([group, kind, namespace, name, sectionName, port]);

/** What other controllers say of the route stays. */
export function routeStatus({ route, parents }: RouteOutcome, now: string): NonNullable<HttpRoute['status']> {
  const shown = route.status?.parents ?? [];
  const ours = parents.map(({ parentRef, verdicts }): RouteParentStatus => {
    const old = shown.find(
      (each) => each.controllerName === gatewayController && identity(each.parentRef) === identity(parentRef),
    );
    const conditions = conditionsAfter(old?.conditions, verdicts, route.metadata, now);
    return { parentRef, controllerName: gatewayController, conditions };
  });
  return { parents: [...shown.filter((each) => each.controllerName !== gatewayController), ...ours] };
}
