/** Whether a reference to an object of another namespace is permitted. Pure. https://gateway-api.sigs.k8s.io/api-types/referencegrant/ */
import { gatewayGroup } from '../../api/gateway/group.ts';
import type { ReferenceGrant } from './types.ts';

export interface Reference {
  from: { kind: string; namespace: string };
  to: { group: string; kind: string; namespace: string; name: string };
}

export const isPermitted = ({ from, to }: Reference, grants: readonly ReferenceGrant[]): boolean =>
  from.namespace === to.namespace ||
  grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to.namespace &&
      spec.from.some(
        ({ group, kind, namespace }) => group === gatewayGroup && kind === from.kind && namespace === from.namespace,
      ) &&
      spec.to.some(
        ({ group, kind, name }) => group === to.group && kind === to.kind && (name === undefined || name === to.name),
      ),
  );
