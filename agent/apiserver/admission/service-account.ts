/**
 * Every pod runs as a service account and finds a token of it.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/serviceaccount/admission.go
 */
import { serviceAccounts } from '../../api/core/service-account.ts';
import type { Pod } from '../../api/types.ts';
import { forbidden } from '../errors.ts';
import { generatedName } from '../names.ts';
import type { Attributes } from './attributes.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** An hour and seven seconds: recognizable, so that one can tell injected tokens from requested ones. */
const expirationSeconds = 3607;

const tokenVolume = (name: string) => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
});

function mountToken(pod: Pod): void {
  const { spec } = pod;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const without = containers.filter(({ volumeMounts = [] }) =>
    volumeMounts.every((each) => each.mountPath !== mountPath),
  );
  if (without.length === 0) return;
  const present = spec.volumes?.find(({ name }) => name.startsWith('kube-api-access-'))?.name;
  const name = present ?? generatedName('kube-api-access-');
  if (!present) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  for (const container of without) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }];
  }
}

function runAs({ kind }: Attributes, { storage }: Cluster, pod: Pod): void {
  const { spec, metadata } = pod;
  spec.serviceAccountName ||= spec.serviceAccount || 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const found = storage.find(serviceAccounts, metadata.namespace ?? '', spec.serviceAccountName);
  if (!found) {
    throw forbidden(
      kind,
      metadata.name,
      `error looking up service account ${metadata.namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
    );
  }
  const account = found.object;
  if (Array.isArray(account.imagePullSecrets) && !spec.imagePullSecrets?.length) {
    spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
  }
  if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) === true) mountToken(pod);
}

export const serviceAccount: AdmissionStep = {
  name: 'ServiceAccount',
  operations: ['create'],
  resources: ['pods'],
  mutate: (attributes, cluster) => {
    const pod = podOf(attributes);
    // Mirror pods describe what already runs on a node.
    if (pod && pod.metadata.annotations?.[mirrorAnnotation] === undefined) runAs(attributes, cluster, pod);
  },
};
