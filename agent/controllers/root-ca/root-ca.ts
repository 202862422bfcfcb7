/**
 * Publishes the authority of the API server's certificate in every namespace, for pods to mount.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/certificates/rootcacertpublisher/publisher.go
 */
import { configMaps } from '../../api/core/config-map.ts';
import { definePerNamespace } from '../shared/per-namespace.ts';
import type { Controller } from '../shared/runtime.ts';

const name = 'kube-root-ca.crt';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.';

/** `rootCA` is PEM. */
export function rootCaPublisher(rootCA: string): Controller {
  const data = { 'ca.crt': rootCA };
  const annotations = { 'kubernetes.io/description': description };
  return definePerNamespace({
    name: 'root_ca_cert_publisher',
    account: 'root-ca-cert-publisher',
    kind: configMaps,
    objectName: name,
    draft: (namespace) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations }, data }),
    correct: (existing) => (existing.data?.['ca.crt'] === rootCA ? existing : { ...existing, data }),
  });
}
