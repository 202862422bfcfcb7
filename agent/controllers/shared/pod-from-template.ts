import { ownerReference } from '../../api/owner.ts';
import type { core, Draft, KubeObject, Pod } from '../../api/types.ts';

/**
 * A pod that the owner controls, as its template says; the server generates its name. Upstream's GetPodFromTemplate.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/controller_utils.go
 */
export const podFromTemplate = (owner: KubeObject, template: core.PodTemplateSpec | undefined): Draft<Pod> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: `${owner.metadata.name}-`,
    namespace: owner.metadata.namespace,
    labels: template?.metadata?.labels,
    annotations: template?.metadata?.annotations,
    finalizers: template?.metadata?.finalizers,
    ownerReferences: [ownerReference(owner)],
  },
  spec: template?.spec ?? { containers: [] },
});
