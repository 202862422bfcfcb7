/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/validation/validation.go
 * (ValidateIPAddress)
 */
import { checkCanonicalIp } from '../addresses.ts';
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { invalidIfGiven, required, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkPathSegment } from '../names.ts';
import type { IPAddress, networking } from '../types.ts';
import { validateKept } from '../validation/kept.ts';

const path = 'spec.parentRef';

/** The core group, which services are in, has no name. */
const validateParent = ({ group, resource, name, namespace }: networking.ParentReference): FieldError[] => [
  ...invalidIfGiven(`${path}.group`, group, checkDns1123Subdomain),
  ...requiredBy(`${path}.resource`, resource, checkPathSegment),
  ...requiredBy(`${path}.name`, name, checkPathSegment),
  ...invalidIfGiven(`${path}.namespace`, namespace, checkPathSegment),
];

function parentOf({ spec: { parentRef: parent } }: IPAddress): string {
  if (!parent) return '<none>';
  const resource = (parent.group ? `${parent.resource}.${parent.group}` : parent.resource).toLowerCase();
  return [resource, ...(parent.namespace ? [parent.namespace] : []), parent.name].join('/');
}

export const ipAddresses = defineKind<IPAddress>({
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  representations: [{ group: 'networking.k8s.io', version: 'v1', definition: 'io.k8s.api.networking.v1.IPAddress' }],
  checkName: checkCanonicalIp,
  columns: [nameColumn, column('ParentRef', 'What has the address.', parentOf), ageColumn],
  default(address) {
    address.spec ??= { parentRef: { name: '', resource: '' } };
  },
  validate: ({ spec }, old) =>
    old
      ? validateKept(path, spec.parentRef, old.spec.parentRef)
      : spec.parentRef
        ? validateParent(spec.parentRef)
        : [required(path)],
});
