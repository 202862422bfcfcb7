/**
 * What a node may ask for: upstream's role `system:node`, and of nodes and leases only its own.
 * https://kubernetes.io/docs/reference/access-authn-authz/node/
 */
import type { RequestInfo } from '../request-info.ts';
import type { UserInfo } from '../user.ts';
import { type Authorizer, allow, noOpinion, type PolicyRule } from './authorizer.ts';
import { coreGroup, read, rule } from './rule-builders.ts';
import { ruleAllows } from './rules.ts';

const writes: readonly string[] = ['update', 'patch'];

const nodeRules: readonly PolicyRule[] = [
  rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
  rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews', 'localsubjectaccessreviews']),
  rule(read, coreGroup, ['services', 'pods', 'nodes', 'secrets', 'configmaps']),
  rule(['create', ...writes], coreGroup, ['nodes']),
  rule(writes, coreGroup, ['nodes/status', 'pods/status']),
  rule(['create', ...writes], coreGroup, ['events']),
  rule(['create', 'delete'], coreGroup, ['pods']),
  rule(['create'], coreGroup, ['pods/eviction', 'serviceaccounts/token']),
  rule(['get'], coreGroup, ['endpoints']),
  rule(['get', 'create', 'update', 'patch', 'delete'], ['coordination.k8s.io'], ['leases']),
];

const prefix = 'system:node:';
const leaseNamespace = 'kube-node-lease';

/** Of a node's certificate; undefined for anybody else. */
export const nodeNameOf = ({ username, groups }: UserInfo): string | undefined =>
  username.startsWith(prefix) && groups.includes('system:nodes') ? username.slice(prefix.length) : undefined;

function isOwn({ resource, namespace, name, verb }: RequestInfo, nodeName: string): boolean {
  if (resource === 'leases') return namespace === leaseNamespace && (name === nodeName || verb === 'create');
  return resource !== 'nodes' || !writes.includes(verb) || name === nodeName;
}

export const nodeAuthorizer: Authorizer = {
  authorize: (info) => {
    const nodeName = nodeNameOf(info.user);
    if (nodeName === undefined) return noOpinion();
    return isOwn(info, nodeName) && nodeRules.some((each) => ruleAllows(each, info)) ? allow : noOpinion();
  },
  rulesFor: (user) => ({
    rules: [],
    ...(nodeNameOf(user) === undefined ? {} : { incomplete: 'node authorizer does not support user rule resolution' }),
  }),
};
