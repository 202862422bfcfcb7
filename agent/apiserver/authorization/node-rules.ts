/**
 * What every node may do alike; what depends on the node is decided in `node.ts`.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (NodeRules)
 */
import type { PolicyRule } from './authorizer.ts';
import { coreGroup, read, rule } from './rule-builders.ts';

export const nodeRules: readonly PolicyRule[] = [
  rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
  rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews', 'localsubjectaccessreviews']),
  rule(read, coreGroup, ['services']),
  rule(['create', 'update', 'patch'], coreGroup, ['events']),
  rule(['get'], coreGroup, ['endpoints']),
  rule([...read, 'create'], ['certificates.k8s.io'], ['certificatesigningrequests']),
  rule(read, ['storage.k8s.io'], ['csidrivers']),
  rule(read, ['node.k8s.io'], ['runtimeclasses']),
  rule(read, ['certificates.k8s.io'], ['clustertrustbundles']),
];
