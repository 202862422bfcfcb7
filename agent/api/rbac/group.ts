/** What the kinds of rbac.authorization.k8s.io have in common. */
import { column } from '../columns.ts';
import type { Representation } from '../kind.ts';
import type { KubeObject } from '../types.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

export type Scope = 'namespace' | 'cluster';

/**
 * The stable version, and the one that upstream retired in 1.22, which has the same shape.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/#rbac-resources-v122
 */
export const rbacRepresentations = (kind: string): readonly [Representation, Representation] => [
  { group: rbacGroup, version: 'v1', definition: `io.k8s.api.rbac.v1.${kind}` },
  {
    group: rbacGroup,
    version: 'v1beta1',
    definition: `io.k8s.api.rbac.v1beta1.${kind}`,
    retired: true,
    warning: `${rbacGroup}/v1beta1 ${kind} is deprecated in v1.17+, unavailable in v1.22+; use ${rbacGroup}/v1 ${kind}`,
  },
];

/** Of roles in place of their age. */
export const createdColumn = {
  ...column<KubeObject>(
    'Created At',
    'The time at which the server created the object, in RFC 3339 and UTC.',
    ({ metadata }) => metadata.creationTimestamp,
  ),
  type: 'date' as const,
};
