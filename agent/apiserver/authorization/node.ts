/**
 * What a node may ask for: objects that its pods refer to, its own pods, itself, its lease; the rest by fixed rules.
 * What it writes is looked into by the admission step NodeRestriction.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/node/node_authorizer.go
 */
import type { RequestInfo } from '../request-info.ts';
import type { UserInfo } from '../user.ts';
import { type Authorizer, allow, noOpinion, type Verdict } from './authorizer.ts';
import type { NodeGraph } from './node-graph.ts';
import { nodeRules } from './policy/node-rules.ts';
import { ruleAllows } from './rules.ts';

const prefix = 'system:node:';
const leaseNamespace = 'kube-node-lease';
const reads: readonly string[] = ['get', 'list', 'watch'];
const writes: readonly string[] = ['update', 'patch'];
const ownVerbs: readonly string[] = ['get', 'create', 'update', 'patch', 'delete'];

/** Of a node's certificate; undefined for anybody else. */
export const nodeNameOf = ({ username, groups }: UserInfo): string | undefined =>
  username.startsWith(prefix) && groups.includes('system:nodes') ? username.slice(prefix.length) : undefined;

/** `info` is a request of this node. */
type Rule = (info: RequestInfo, nodeName: string, graph: NodeGraph) => Verdict;

const qualified = ({ resource, group }: RequestInfo): string => (group ? `${resource}.${group}` : resource);

const related: Rule = (info, nodeName, graph) => {
  if (!info.name) return noOpinion('No Object name found');
  if (graph.leadsToNode(nodeName, qualified(info), info.namespace, info.name)) return allow;
  return noOpinion(`no relationship found between node '${nodeName}' and this object`);
};

const readsRelated: Rule = (info, nodeName, graph) => {
  if (!reads.includes(info.verb)) return noOpinion('can only read resources of this type');
  if (info.subresource) return noOpinion('cannot read subresource');
  if (!info.namespace) return noOpinion('can only read namespaced object of this type');
  return related(info, nodeName, graph);
};

const getsRelated: Rule = (info, nodeName, graph) => {
  if (info.verb !== 'get') return noOpinion('can only get individual resources of this type');
  return info.subresource ? noOpinion('cannot get subresource') : related(info, nodeName, graph);
};

const claims: Rule = (info, nodeName, graph) => {
  if (info.subresource !== 'status') return getsRelated(info, nodeName, graph);
  return writes.includes(info.verb) ? related(info, nodeName, graph) : noOpinion('can only get/update/patch this type');
};

const tokens: Rule = (info, nodeName, graph) => {
  if (info.verb !== 'create' || !info.name) return noOpinion('can only create tokens for individual service accounts');
  if (info.subresource !== 'token') return noOpinion('can only create token subresource of serviceaccount');
  return related(info, nodeName, graph);
};

/** Admission knows the name of what is created; here it is not known yet. */
const isOwn = ({ verb, name }: RequestInfo, nodeName: string): boolean => verb === 'create' || name === nodeName;

const lease: Rule = (info, nodeName) => {
  if (!ownVerbs.includes(info.verb)) return noOpinion('can only get, create, update, patch, or delete a node lease');
  if (info.namespace !== leaseNamespace) {
    return noOpinion(`can only access leases in the "${leaseNamespace}" system namespace`);
  }
  return isOwn(info, nodeName)
    ? allow
    : noOpinion('can only access node lease with the same name as the requesting node');
};

const csiNode: Rule = (info, nodeName) => {
  if (!ownVerbs.includes(info.verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode');
  if (info.subresource) return noOpinion('cannot authorize CSINode subresources');
  return isOwn(info, nodeName) ? allow : noOpinion('can only access CSINode with the same name as the requesting node');
};

const selects = ({ fieldSelector }: RequestInfo, path: string, nodeName: string): boolean =>
  fieldSelector.some((each) => each.path === path && each.operator === '=' && each.value === nodeName);

const resourceSlice: Rule = (info, nodeName, graph) => {
  if (info.subresource) return noOpinion('cannot authorize ResourceSlice subresources');
  if (info.verb === 'create') return allow;
  if (['get', 'update', 'patch', 'delete'].includes(info.verb)) return related(info, nodeName, graph);
  if (!['watch', 'list', 'deletecollection'].includes(info.verb)) {
    return noOpinion(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    );
  }
  return selects(info, 'spec.nodeName', nodeName)
    ? allow
    : noOpinion('can only list/watch/deletecollection resourceslices with nodeName field selector');
};

const node: Rule = ({ verb, subresource, name }, nodeName) => {
  if (subresource === 'status') return writes.includes(verb) ? allow : noOpinion();
  if (subresource) return noOpinion();
  if (verb === 'create' || writes.includes(verb)) return allow;
  if (!reads.includes(verb)) return noOpinion();
  if (name === nodeName) return allow;
  return noOpinion(
    name
      ? `node '${nodeName}' cannot read '${name}', only its own Node object`
      : `node '${nodeName}' cannot read all nodes, only its own Node object`,
  );
};

const podItself: Rule = (info, nodeName, graph) => {
  if (info.verb === 'create' || info.verb === 'delete') return allow;
  if (info.verb === 'get') return related(info, nodeName, graph);
  if (!reads.includes(info.verb)) return noOpinion();
  if (selects(info, 'spec.nodeName', nodeName)) return allow;
  return info.name
    ? related(info, nodeName, graph)
    : noOpinion('can only list/watch pods with spec.nodeName field selector');
};

const pod: Rule = (info, nodeName, graph) => {
  if (info.subresource === '') return podItself(info, nodeName, graph);
  if (info.subresource === 'status') return writes.includes(info.verb) ? allow : noOpinion();
  return info.subresource === 'eviction' && info.verb === 'create' ? allow : noOpinion();
};

const rules: ReadonlyMap<string, Rule> = new Map([
  ['secrets', readsRelated],
  ['configmaps', readsRelated],
  ['persistentvolumeclaims', claims],
  ['persistentvolumes', getsRelated],
  ['resourceclaims.resource.k8s.io', getsRelated],
  ['volumeattachments.storage.k8s.io', getsRelated],
  ['serviceaccounts', tokens],
  ['leases.coordination.k8s.io', lease],
  ['csinodes.storage.k8s.io', csiNode],
  ['resourceslices.resource.k8s.io', resourceSlice],
  ['nodes', node],
  ['pods', pod],
]);

export function createNodeAuthorizer(graph: NodeGraph): Authorizer {
  const authorize = (info: RequestInfo): Verdict => {
    const nodeName = nodeNameOf(info.user);
    if (nodeName === undefined) return noOpinion();
    if (nodeName === '') return noOpinion(`unknown node for user ${JSON.stringify(info.user.username)}`);
    const rule = info.isResource ? rules.get(qualified(info)) : undefined;
    if (rule) return rule(info, nodeName, graph);
    return nodeRules.some((each) => ruleAllows(each, info)) ? allow : noOpinion();
  };
  return {
    authorize,
    rulesFor: (user) => ({
      rules: [],
      ...(nodeNameOf(user) === undefined
        ? {}
        : { incomplete: 'node authorizer does not support user rule resolution' }),
    }),
  };
}
