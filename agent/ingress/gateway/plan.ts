/**
 * What gateways and their routes ask of the proxy, and what becomes of each. Pure.
 * https://gateway-api.sigs.k8s.io/reference/spec/ and https://gateway-api.sigs.k8s.io/geps/gep-1364/ (conditions)
 */
import { gatewayController, gatewayGroup } from '../../api/gateway/group.ts';
import { selects } from '../../api/selectors.ts';
import { ageOf, type ListenerPart } from '../listeners.ts';
import { isFalse, isTrue, type Verdict } from './conditions.ts';
import { commonPatterns } from './hostnames.ts';
import { isValid, judgeListeners, type ListenerInputs, type ListenerState } from './listeners.ts';
import { type RuleInputs, routesOf, unsupportedIn } from './rules.ts';
import type { Gateway, GatewayClass, GatewayListener, HttpRoute, ParentRef, RouteKind } from './types.ts';

export interface GatewayInputs extends ListenerInputs, RuleInputs {
  classes: readonly GatewayClass[];
  gateways: readonly Gateway[];
  routes: readonly HttpRoute[];
  labelsOf(namespace: string): Readonly<Record<string, string>> | undefined;
  reached: Reached;
}

/** Where the proxy is reached. */
export interface Reached {
  /** Empty until it is. */
  hosts: readonly string[];
  /** Ports that are reached at another number, as `80 at 8080`. */
  moved: readonly string[];
}

export interface ListenerOutcome {
  name: string;
  supportedKinds: RouteKind[];
  attachedRoutes: number;
  verdicts: Verdict[];
}

export interface GatewayOutcome {
  gateway: Gateway;
  addresses: readonly string[];
  verdicts: Verdict[];
  listeners: ListenerOutcome[];
}

export interface RouteOutcome {
  route: HttpRoute;
  parents: { parentRef: ParentRef; verdicts: Verdict[] }[];
}

export interface GatewayPlan {
  parts: ListenerPart[];
  classes: { class: GatewayClass; verdicts: Verdict[] }[];
  gateways: GatewayOutcome[];
  routes: RouteOutcome[];
}

const judgeClass = ({ spec }: GatewayClass): Verdict =>
  spec.parametersRef === undefined
    ? isTrue('Accepted')
    : isFalse('Accepted', 'InvalidParameters', 'This controller takes no parameters');

function allows(
  { gateway, listener, supportedKinds }: ListenerState,
  route: HttpRoute,
  inputs: GatewayInputs,
): boolean {
  const namespace = route.metadata.namespace ?? '';
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {};
  if (supportedKinds.length === 0) return false;
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gateway.metadata.namespace;
  return from === 'Selector' && selector !== undefined && selects(selector, inputs.labelsOf(namespace));
}

interface Attachment {
  state: ListenerState;
  hosts: string[];
}

/** The listeners that take a route through one of its references, or why none does. */
function attach(
  states: readonly ListenerState[],
  ref: ParentRef,
  route: HttpRoute,
  inputs: GatewayInputs,
): Attachment[] | Verdict {
  const named = ({ name, port }: GatewayListener) =>
    (ref.sectionName === undefined || ref.sectionName === name) && (ref.port === undefined || ref.port === port);
  const matching = states.filter(({ listener }) => named(listener));
  if (matching.length === 0) return isFalse('Accepted', 'NoMatchingParent', 'The gateway has no such listener');
  const allowing = matching.filter((state) => allows(state, route, inputs));
  if (allowing.length === 0) {
    return isFalse('Accepted', 'NotAllowedByListeners', 'No listener allows routes of this namespace and kind');
  }
  const attached = allowing.flatMap((state) => {
    const hosts = commonPatterns(state.listener.hostname, route.spec.hostnames);
    return hosts.length > 0 ? [{ state, hosts }] : [];
  });
  if (attached.length === 0) {
    return isFalse('Accepted', 'NoMatchingListenerHostname', 'No listener has one of the host names of the route');
  }
  const unsupported = unsupportedIn(route);
  return unsupported === undefined ? attached : isFalse('Accepted', 'UnsupportedValue', unsupported);
}

const keyOf = ({ metadata }: Gateway): string => `${metadata.namespace}/${metadata.name}`;

const keyFor = ({ group = gatewayGroup, kind = 'Gateway', namespace, name }: ParentRef, route: HttpRoute) =>
  group === gatewayGroup && kind === 'Gateway' ? `${namespace ?? route.metadata.namespace}/${name}` : undefined;

interface Attached extends Attachment {
  route: HttpRoute;
}

function planRoutes(states: readonly ListenerState[], inputs: GatewayInputs) {
  const byGateway = Map.groupBy(states, ({ gateway }) => keyOf(gateway));
  const attachments: Attached[] = [];
  const outcomes = inputs.routes.map((route): RouteOutcome => {
    const { resolved } = routesOf(route, inputs);
    const parents = (route.spec.parentRefs ?? []).flatMap((parentRef) => {
      const own = byGateway.get(keyFor(parentRef, route) ?? '');
      if (!own) return [];
      const found = attach(own, parentRef, route, inputs);
      if ('reason' in found) return [{ parentRef, verdicts: [found, resolved] }];
      attachments.push(...found.map((each) => ({ ...each, route })));
      return [{ parentRef, verdicts: [isTrue('Accepted'), resolved] }];
    });
    return { route, parents };
  });
  return { attachments, outcomes };
}

function partOf({ state, hosts, route }: Attached, inputs: GatewayInputs): ListenerPart[] {
  const { scheme, listener, isProgrammed } = state;
  if (!isProgrammed || !scheme) return [];
  const { routes } = routesOf(route, inputs);
  const age = ageOf(route);
  const entries = hosts.flatMap((host) => routes.map((each) => ({ host, age, route: each })));
  return [{ port: listener.port, scheme, entries, certificates: [] }];
}

function judgeGateway(gateway: Gateway, own: readonly ListenerState[], { hosts, moved }: Reached): Verdict[] {
  const wanted = gateway.spec.addresses ?? [];
  const foreign = wanted.find(({ type = 'IPAddress' }) => type !== 'IPAddress' && type !== 'Hostname');
  if (foreign) {
    const message = `Addresses of type ${foreign.type} are not supported`;
    return [isFalse('Accepted', 'UnsupportedAddress', message), isFalse('Programmed', 'Invalid', message)];
  }
  const problem = 'Some listeners are not valid, see their conditions';
  const valid = own.filter(isValid).length;
  const accepted =
    valid === own.length
      ? isTrue('Accepted')
      : {
          ...isTrue('Accepted', 'ListenersNotValid', problem),
          status: valid > 0 ? ('True' as const) : ('False' as const),
        };
  const unusable = wanted.find(({ value }) => value && !hosts.includes(value));
  const note = moved.length > 0 ? `Ports of this machine: ${moved.join(', ')}` : '';
  const programmed = (): Verdict => {
    if (!own.some(({ isProgrammed }) => isProgrammed)) return isFalse('Programmed', 'Invalid', 'No listener is valid');
    if (hosts.length === 0) return isFalse('Programmed', 'AddressNotAssigned', 'The proxy has no address yet');
    return unusable
      ? isFalse('Programmed', 'AddressNotUsable', `The proxy is not reached at ${unusable.value}`)
      : isTrue('Programmed', 'Programmed', note);
  };
  return [accepted, programmed()];
}

/** `Certificates` of a port are known before any route is. */
const bareParts = (states: readonly ListenerState[]): ListenerPart[] =>
  states.flatMap(({ isProgrammed, scheme, listener, certificates }) =>
    isProgrammed && scheme ? [{ port: listener.port, scheme, entries: [], certificates }] : [],
  );

export function planGateways(inputs: GatewayInputs): GatewayPlan {
  const classes = inputs.classes
    .filter(({ spec }) => spec.controllerName === gatewayController)
    .map((each) => ({ class: each, verdicts: [judgeClass(each)] }));
  const accepted = new Set(
    classes.flatMap((each) =>
      each.verdicts.every(({ status }) => status === 'True') ? [each.class.metadata.name] : [],
    ),
  );
  const gateways = inputs.gateways
    .filter(({ spec }) => accepted.has(spec.gatewayClassName))
    .toSorted((a, b) => ageOf(a).localeCompare(ageOf(b)));
  const states = judgeListeners(gateways, inputs);
  const { attachments, outcomes } = planRoutes(states, inputs);
  return {
    parts: [...bareParts(states), ...attachments.flatMap((each) => partOf(each, inputs))],
    classes,
    gateways: gateways.map((gateway) => {
      const own = states.filter((state) => state.gateway === gateway);
      return {
        gateway,
        addresses: inputs.reached.hosts,
        verdicts: judgeGateway(gateway, own, inputs.reached),
        listeners: own.map(({ listener, supportedKinds, verdicts, ...state }) => ({
          name: listener.name,
          supportedKinds,
          verdicts,
          attachedRoutes: new Set(
            attachments.flatMap((each) =>
              each.state.listener === listener && state.gateway === gateway ? [each.route] : [],
            ),
          ).size,
        })),
      };
    }),
    routes: outcomes,
  };
}
