/** Resources by name: how they are written, compared, and those that many parts of the window look at. */
import type { ResourceRef } from '../../main/contract/resources.ts';

export const podRef: ResourceRef = { group: '', plural: 'pods' };
export const nodeRef: ResourceRef = { group: '', plural: 'nodes' };
export const namespaceRef: ResourceRef = { group: '', plural: 'namespaces' };
export const serviceRef: ResourceRef = { group: '', plural: 'services' };
export const configMapRef: ResourceRef = { group: '', plural: 'configmaps' };
export const secretRef: ResourceRef = { group: '', plural: 'secrets' };
export const serviceAccountRef: ResourceRef = { group: '', plural: 'serviceaccounts' };
export const eventRef: ResourceRef = { group: '', plural: 'events' };
export const deploymentRef: ResourceRef = { group: 'apps', plural: 'deployments' };
export const replicaSetRef: ResourceRef = { group: 'apps', plural: 'replicasets' };
export const endpointSliceRef: ResourceRef = { group: 'discovery.k8s.io', plural: 'endpointslices' };
export const limitRangeRef: ResourceRef = { group: '', plural: 'limitranges' };
export const resourceQuotaRef: ResourceRef = { group: '', plural: 'resourcequotas' };
export const leaseRef: ResourceRef = { group: 'coordination.k8s.io', plural: 'leases' };

/** `pods`, `deployments.apps`: as kubectl takes it. */
export const resourceName = ({ group, plural }: ResourceRef): string => (group ? `${plural}.${group}` : plural);

/**
 * Names of resources hold no dot:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
export function resourceNamed(name: string): ResourceRef {
  const at = name.indexOf('.');
  return at < 0 ? { group: '', plural: name } : { group: name.slice(at + 1), plural: name.slice(0, at) };
}

export const sameResource = (a: ResourceRef, b: ResourceRef): boolean => a.group === b.group && a.plural === b.plural;

/** `apps/v1` -> `apps`, `v1` -> `''` */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
