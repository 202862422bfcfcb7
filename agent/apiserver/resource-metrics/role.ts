/**
 * Who may read pods may read what they use: the role that the metrics server's manifest brings.
 * https://github.com/kubernetes-sigs/metrics-server/blob/master/manifests/base/rbac.yaml
 */
import { metricsGroup } from '../../api/metrics/metrics.ts';
import type { Transport } from '../../client/transport.ts';
import { Refused } from '../until-done.ts';

const label = (role: string) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'] as const;

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: {
    name: 'system:aggregated-metrics-reader',
    labels: Object.fromEntries(['admin', 'edit', 'view'].map(label)),
  },
  rules: [{ apiGroups: [metricsGroup], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
};

/** What is there already stays as it is. */
export async function makeMetricsRole(transport: Transport): Promise<void> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const { status, body } = await transport.request({ method: 'POST', path, body: role });
  if (status >= 300 && status !== 409) throw new Refused(`POST ${path}: ${JSON.stringify(body)}`);
}
