/**
 * Publishes the authority that signs the API server's certificate in every namespace, for pods to mount.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import { configMaps } from '../../api/core/config-map.ts';
import { namespaces } from '../../api/core/namespace.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { startPerNamespace } from '../shared/per-namespace.ts';

const name = 'kube-root-ca.crt';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.';

/** `rootCA` is PEM. */
export function startRootCaPublisher(deps: ControllerDeps, rootCA: string): void {
  const data = { 'ca.crt': rootCA };
  const annotations = { 'kubernetes.io/description': description };
  startPerNamespace(deps, {
    name: 'root-ca-certificate-publisher',
    namespaces,
    kind: configMaps,
    objectName: name,
    draft: (namespace) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations }, data }),
    correct: (existing) => (existing.data?.['ca.crt'] === rootCA ? existing : { ...existing, data }),
  });
}
