/** A write as expressions of policies and webhooks see it. */
import { requestType } from '../../../api/admissionregistration/compiled.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import { fromJson, fromUntypedJson } from '../../../api/cel/from-json.ts';
import { namespaces } from '../../../api/core/namespace.ts';
import { apiVersionOf } from '../../../api/kind.ts';
import type { AnyObject } from '../../../api/types.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';
import { isNamespace, type Served } from './rules.ts';

/** As expressions see it: what upstream's AdmissionReview says of a request. */
function requestOf(attributes: Attributes, { group, version }: Served): Record<string, unknown> {
  const { kind, info, subresource, name, namespace, operation, user, dryRun, options } = attributes;
  const at = { group: info.group, version: info.version };
  return {
    kind: { group, version, kind: kind.kind },
    resource: { group, version, resource: kind.plural },
    subResource: subresource,
    requestKind: { ...at, kind: kind.kind },
    requestResource: { ...at, resource: kind.plural },
    requestSubResource: subresource,
    name,
    namespace,
    operation: operation.toUpperCase(),
    userInfo: { username: user.username, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
    options,
  };
}

/** `params`: the parameters of a policy; null where there are none. */
export function activationOf(
  attributes: Attributes,
  served: Served,
  cluster: Cluster,
  params: AnyObject | null,
): Activation {
  const { object, old, namespace } = attributes;
  const { apiVersion: _given, ...rest } = attributes.object ?? { apiVersion: '' };
  const apiVersion = apiVersionOf(served);
  const values: Readonly<Record<string, () => unknown>> = {
    object: () => (object ? { ...rest, apiVersion } : null),
    oldObject: () => (old ? { ...old, apiVersion } : null),
    params: () => params,
    namespaceObject: () =>
      namespace && !isNamespace(attributes) ? cluster.storage.find(namespaces, '', namespace)?.object : null,
  };
  return (name) => {
    if (name === 'request') return fromJson(requestOf(attributes, served), requestType);
    return Object.hasOwn(values, name) ? fromUntypedJson(values[name]?.()) : undefined;
  };
}
