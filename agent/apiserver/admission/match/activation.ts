/** A write as expressions of policies and webhooks see it. */
import { namespaceType, requestType } from '../../../api/admissionregistration/compiled.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import { fromJson, fromUntypedJson } from '../../../api/cel/from-json.ts';
import { authorizerValue, requestResourceValue } from '../../../api/cel/library/authorization.ts';
import type { Value } from '../../../api/cel/values.ts';
import { namespaces } from '../../../api/core/namespace.ts';
import type { AnyObject } from '../../../api/types.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';
import { askFor } from './access.ts';
import { isNamespace } from './rules.ts';
import type { Seen } from './seen.ts';

/** As expressions see it: what upstream's AdmissionReview says of a request. */
function requestOf(attributes: Attributes, { served, kind, requested }: Seen): Record<string, unknown> {
  const { info, subresource, name, namespace, operation, user, dryRun, options } = attributes;
  const resource = attributes.kind.plural;
  return {
    kind,
    resource: { group: served.group, version: served.version, resource },
    subResource: subresource,
    requestKind: requested,
    requestResource: { group: info.group, version: info.version, resource },
    requestSubResource: subresource,
    name,
    namespace,
    operation: operation.toUpperCase(),
    userInfo: { username: user.username, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
    options,
  };
}

export interface Sight {
  readonly attributes: Attributes;
  readonly seen: Seen;
  readonly cluster: Cluster;
  /** The parameters of a policy; null where there are none. */
  readonly params: AnyObject | null;
}

function namespaceOf({ attributes, cluster }: Sight): AnyObject | undefined {
  const { namespace } = attributes;
  if (!namespace || isNamespace(attributes)) return undefined;
  return cluster.storage.find(namespaces, '', namespace)?.object;
}

/** Reads each variable when it is asked for, and once. */
function activation(values: Readonly<Record<string, () => Value>>): Activation {
  const known = new Map<string, Value>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined || !Object.hasOwn(values, name)) return before;
    const value = values[name]?.() ?? null;
    known.set(name, value);
    return value;
  };
}

/** What conditions see: none of them sees the namespace. */
export function conditionActivation(sight: Sight): Activation {
  return activation({ ...facts(sight), ...authorizers(sight), namespaceObject: () => null });
}

/** What the other expressions of a policy see. */
export function activationOf(sight: Sight): Activation {
  return activation({ ...plain(sight), ...authorizers(sight) });
}

/** The same without the variables that ask who may do what, which messages and audit annotations do not have. */
export function silentActivation(sight: Sight): Activation {
  return activation(plain(sight));
}

const facts = ({ attributes, seen, params }: Sight) => ({
  object: () => fromUntypedJson(seen.object ?? null),
  oldObject: () => fromUntypedJson(seen.old ?? null),
  request: () => fromJson(requestOf(attributes, seen), requestType),
  params: () => fromUntypedJson(params),
});

const plain = (sight: Sight) => ({
  ...facts(sight),
  namespaceObject: () => fromJson(namespaceOf(sight), namespaceType),
});

function authorizers({ attributes, cluster }: Sight) {
  const { kind, info, subresource, namespace, name } = attributes;
  const ask = askFor(attributes, cluster);
  const facts = { group: info.group, resource: kind.plural, subresource, namespace, name };
  return {
    authorizer: () => authorizerValue(ask),
    'authorizer.requestResource': () => requestResourceValue(ask, facts),
  };
}
