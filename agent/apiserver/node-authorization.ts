/**
 * What a node may ask for: of the kinds that are served, what upstream's roles `system:node` and `system:node-proxier` allow;
 * and of the nodes and leases that there are it writes its own alone, as the admission plugin NodeRestriction has it (which
 * looks into what is created as well; here that is not done). Secrets and config maps are readable whether a pod of the node
 * refers to them or not: upstream's graph of references is not followed.
 * https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
import type { ResourcePath } from './request.ts';
import type { UserInfo } from './user.ts';

export type Access = Pick<ResourcePath, 'group' | 'namespace' | 'resource' | 'name' | 'subresource'>;

const reads = ['GET'];
const creates = ['POST'];
const writesEvents = ['POST', 'PUT', 'PATCH'];

/** Methods by resource. */
const methods: Readonly<Record<string, readonly string[]>> = {
  nodes: ['GET', 'POST', 'PUT', 'PATCH'],
  'nodes/status': ['GET', 'PUT', 'PATCH'],
  pods: ['GET', 'POST', 'DELETE'],
  'pods/status': ['GET', 'PUT', 'PATCH'],
  'pods/eviction': creates,
  services: reads,
  endpoints: reads,
  configmaps: reads,
  secrets: reads,
  'serviceaccounts/token': creates,
  events: writesEvents,
  'events.events.k8s.io': writesEvents,
  'endpointslices.discovery.k8s.io': reads,
  'leases.coordination.k8s.io': ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  'tokenreviews.authentication.k8s.io': creates,
  'subjectaccessreviews.authorization.k8s.io': creates,
};

const prefix = 'system:node:';
const leaseNamespace = 'kube-node-lease';

/** Of a node's certificate; undefined for anybody else. */
export const nodeNameOf = ({ username, groups }: UserInfo): string | undefined =>
  username.startsWith(prefix) && groups.includes('system:nodes') ? username.slice(prefix.length) : undefined;

function isOwn({ resource, namespace, name }: Access, method: string, nodeName: string): boolean {
  if (resource === 'leases') return namespace === leaseNamespace && (name === nodeName || method === 'POST');
  return resource !== 'nodes' || method === 'GET' || method === 'POST' || name === nodeName;
}

export function mayAsNode(nodeName: string, method: string, access: Access): boolean {
  const { group, resource, name, subresource } = access;
  const key = `${resource}${group && `.${group}`}${subresource && `/${subresource}`}`;
  if (!methods[key]?.includes(method) || (method === 'DELETE' && !name)) return false;
  return isOwn(access, method, nodeName);
}
