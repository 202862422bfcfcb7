/**
 * Judges the listeners of gateways. Pure.
 * https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { gatewayGroup } from '../../api/gateway/group.ts';
import type { Secret } from '../../api/types.ts';
import { pairIn } from '../routes.ts';
import type { Certificate, Listener } from '../table.ts';
import { holds, isFalse, isTrue, type Verdict } from './conditions.ts';
import { isPermitted } from './grants.ts';
import { patternOf } from './hostnames.ts';
import type { Gateway, GatewayListener, ObjectRef, ReferenceGrant, RouteKind } from './types.ts';

export interface ListenerState {
  gateway: Gateway;
  listener: GatewayListener;
  /** Undefined: not a protocol of this proxy. */
  scheme: Listener['scheme'] | undefined;
  supportedKinds: RouteKind[];
  certificates: Certificate[];
  verdicts: Verdict[];
  /** Whether the proxy listens for it. */
  isProgrammed: boolean;
}

export interface ListenerInputs {
  grants: readonly ReferenceGrant[];
  secrets: { get(key: string): Secret | undefined };
}

const httpRouteKind: RouteKind = { group: gatewayGroup, kind: 'HTTPRoute' };

const schemes: Readonly<Record<string, Listener['scheme']>> = { HTTP: 'http', HTTPS: 'https' };

type Pair = Pick<Certificate, 'certificate' | 'key'>;

function isReadable({ certificate, key }: Pair): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function findPair(gateway: Gateway, ref: ObjectRef, { grants, secrets }: ListenerInputs): Pair | Verdict {
  const { group = '', kind = 'Secret', name } = ref;
  const own = gateway.metadata.namespace ?? '';
  const namespace = ref.namespace ?? own;
  const invalid = (message: string) => isFalse('ResolvedRefs', 'InvalidCertificateRef', message);
  if (group !== '' || kind !== 'Secret') return invalid(`A certificate is in a Secret, not in a ${kind}`);
  const reference = { from: { kind: 'Gateway', namespace: own }, to: { group, kind, namespace, name } };
  if (!isPermitted(reference, grants)) {
    const message = `No ReferenceGrant in namespace ${namespace} permits the reference to Secret ${name}`;
    return isFalse('ResolvedRefs', 'RefNotPermitted', message);
  }
  const secret = secrets.get(`${namespace}/${name}`);
  if (!secret) return invalid(`Secret ${namespace}/${name} does not exist`);
  const pair = pairIn(secret);
  if (pair && isReadable(pair)) return pair;
  return invalid(`Secret ${namespace}/${name} has no valid tls.crt with its tls.key`);
}

/** What the listener refers to: its certificates, and the kinds of routes that it names. */
function resolve(gateway: Gateway, listener: GatewayListener, inputs: ListenerInputs) {
  const refs = listener.protocol === 'HTTPS' ? (listener.tls?.certificateRefs ?? []) : [];
  const found = refs.map((ref) => findPair(gateway, ref, inputs));
  const pairs = found.flatMap((each) => ('key' in each ? [each] : []));
  const named = listener.allowedRoutes?.kinds ?? [httpRouteKind];
  const known = named.filter(({ group = gatewayGroup, kind }) => group === gatewayGroup && kind === 'HTTPRoute');
  const problem = found.find((each) => 'reason' in each);
  const missing =
    listener.protocol === 'HTTPS' && refs.length === 0
      ? isFalse('ResolvedRefs', 'InvalidCertificateRef', 'The listener names no certificate')
      : undefined;
  const unknown =
    known.length < named.length
      ? isFalse('ResolvedRefs', 'InvalidRouteKinds', 'Only routes of kind HTTPRoute are supported')
      : undefined;
  return {
    supportedKinds: known.length > 0 ? [httpRouteKind] : [],
    certificates: pairs.map((pair) => ({ hosts: [patternOf(listener.hostname)], ...pair })),
    verdict: problem ?? missing ?? unknown ?? isTrue('ResolvedRefs'),
  };
}

/** Listeners of one gateway that cannot be told apart. */
function conflictOf(gateway: Gateway, listener: GatewayListener): Verdict {
  const others = gateway.spec.listeners.filter((each) => each !== listener && each.port === listener.port);
  if (others.some(({ protocol }) => protocol !== listener.protocol)) {
    return isTrue('Conflicted', 'ProtocolConflict', `Listeners of port ${listener.port} have different protocols`);
  }
  if (others.some(({ hostname = '' }) => hostname === (listener.hostname ?? ''))) {
    return isTrue('Conflicted', 'HostnameConflict', `Listeners of port ${listener.port} have the same host name`);
  }
  return isFalse('Conflicted', 'NoConflicts', '');
}

function accept(listener: GatewayListener, taken: Listener['scheme'] | undefined): Verdict {
  const scheme = schemes[listener.protocol];
  if (!scheme) {
    const message = `Protocol ${listener.protocol} is not supported; HTTP and HTTPS are`;
    return isFalse('Accepted', 'UnsupportedProtocol', message);
  }
  if (taken === undefined || taken === scheme) return isTrue('Accepted');
  return isFalse('Accepted', 'PortUnavailable', `Port ${listener.port} is served with ${taken} already`);
}

/**
 * All gateways, the oldest first, share the ports of one proxy, so a port has one protocol; 80 and 443 have the one
 * that ingresses need.
 */
export function judgeListeners(gateways: readonly Gateway[], inputs: ListenerInputs): ListenerState[] {
  const taken = new Map<number, Listener['scheme']>([
    [80, 'http'],
    [443, 'https'],
  ]);
  return gateways.flatMap((gateway) =>
    gateway.spec.listeners.map((listener): ListenerState => {
      const accepted = accept(listener, taken.get(listener.port));
      const conflicted = conflictOf(gateway, listener);
      const { supportedKinds, certificates, verdict } = resolve(gateway, listener, inputs);
      const scheme = schemes[listener.protocol];
      const isUsable =
        accepted.status === 'True' &&
        conflicted.status === 'False' &&
        supportedKinds.length > 0 &&
        (scheme === 'http' || certificates.length > 0);
      if (isUsable && scheme) taken.set(listener.port, scheme);
      const programmed = isUsable
        ? isTrue('Programmed')
        : isFalse('Programmed', 'Invalid', 'The listener is not valid, see its other conditions');
      const verdicts = [accepted, conflicted, verdict, programmed];
      return { gateway, listener, scheme, supportedKinds, certificates, verdicts, isProgrammed: isUsable };
    }),
  );
}

/** Whether a listener is as its owner meant it. */
export const isValid = ({ verdicts }: ListenerState): boolean =>
  holds(verdicts, 'Accepted') && holds(verdicts, 'ResolvedRefs') && holds(verdicts, 'Programmed');
