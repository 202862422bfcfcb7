import { expect, it } from 'vitest';
import { fieldMatcher, parseFieldSelector, requiredValue } from '../../../../agent/api/field-selectors.ts';
import { apiVersionOf } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry, type Served } from '../../../../agent/api/registry.ts';
import { aPod } from './builders.ts';

const registry = createKindRegistry(builtInKinds);
function served(apiVersion: string, kind: string): Served {
  const found = registry.named(apiVersion, kind);
  if (!found) throw new Error(`${apiVersion} ${kind} is not served`);
  return found;
}
const pods = served('v1', 'Pod');
const pod = aPod({ spec: { nodeName: 'worker' }, status: { phase: 'Running' } });

it.each([
  ['', true],
  ['metadata.name=web', true],
  ['metadata.namespace==default', true],
  ['spec.nodeName=worker,status.phase!=Failed', true],
  ['status.phase=Pending', false],
  ['status.podIP=', true],
])('%j matches: %s', (text, expected) => {
  expect(fieldMatcher(pods, parseFieldSelector(text))(pod)).toBe(expected);
});

it('refuses a field that the kind cannot be selected by', () => {
  const selector = parseFieldSelector('spec.color=red');
  expect(() => fieldMatcher(pods, selector)).toThrow(
    expect.objectContaining({ code: 400, message: 'field label not supported: spec.color' }),
  );
});

const meta = ['metadata.name', 'metadata.namespace'];
const about = (field: string) =>
  ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((each) => `${field}.${each}`);

/**
 * What upstream lets each version be selected by: AddFieldLabelConversionFunc of its group, by default the metadata.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields
 */
const selectable: Record<string, string[]> = {
  'v1 ComponentStatus': ['metadata.name'],
  'v1 ConfigMap': meta,
  'v1 Endpoints': meta,
  'v1 Event': [...meta, ...about('involvedObject'), 'reason', 'reportingComponent', 'source', 'type'],
  'v1 Namespace': ['metadata.name', 'status.phase'],
  'v1 Node': ['metadata.name', 'spec.unschedulable'],
  'v1 PersistentVolume': ['metadata.name'],
  'v1 PersistentVolumeClaim': meta,
  'v1 Pod': [
    ...meta,
    ...['nodeName', 'host', 'restartPolicy', 'schedulerName', 'serviceAccountName', 'hostNetwork'].map(
      (field) => `spec.${field}`,
    ),
    ...['phase', 'podIP', 'podIPs', 'nominatedNodeName'].map((field) => `status.${field}`),
  ],
  'v1 Secret': [...meta, 'type'],
  'v1 Service': [...meta, 'spec.clusterIP', 'spec.type'],
  'v1 ServiceAccount': meta,
  'apiextensions.k8s.io/v1 CustomResourceDefinition': ['metadata.name'],
  'apiregistration.k8s.io/v1 APIService': ['metadata.name'],
  'apiregistration.k8s.io/v1beta1 APIService': ['metadata.name'],
  'v1 LimitRange': meta,
  'v1 PodTemplate': meta,
  'v1 ReplicationController': [...meta, 'status.replicas'],
  'v1 ResourceQuota': meta,
  'apps/v1 ControllerRevision': meta,
  'apps/v1 DaemonSet': meta,
  'apps/v1 Deployment': meta,
  'apps/v1 ReplicaSet': [...meta, 'status.replicas'],
  'apps/v1 StatefulSet': meta,
  'autoscaling/v1 HorizontalPodAutoscaler': meta,
  'autoscaling/v2 HorizontalPodAutoscaler': meta,
  'batch/v1 CronJob': meta,
  'batch/v1 Job': [...meta, 'status.successful'],
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': ['metadata.name'],
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding': ['metadata.name'],
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': ['metadata.name'],
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': ['metadata.name'],
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': ['metadata.name'],
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': ['metadata.name'],
  'certificates.k8s.io/v1 CertificateSigningRequest': ['metadata.name', 'spec.signerName'],
  'coordination.k8s.io/v1 Lease': meta,
  'discovery.k8s.io/v1 EndpointSlice': meta,
  'node.k8s.io/v1 RuntimeClass': ['metadata.name'],
  'policy/v1 PodDisruptionBudget': meta,
  'scheduling.k8s.io/v1 PriorityClass': ['metadata.name'],
  'events.k8s.io/v1 Event': [...meta, ...about('regarding'), 'reason', 'reportingController', 'type'],
  'rbac.authorization.k8s.io/v1 ClusterRole': ['metadata.name'],
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': ['metadata.name'],
  'rbac.authorization.k8s.io/v1 Role': meta,
  'rbac.authorization.k8s.io/v1 RoleBinding': meta,
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': ['metadata.name'],
  'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration': ['metadata.name'],
  'networking.k8s.io/v1 IPAddress': ['metadata.name'],
  'networking.k8s.io/v1 Ingress': meta,
  'networking.k8s.io/v1 IngressClass': ['metadata.name'],
  'networking.k8s.io/v1 NetworkPolicy': meta,
  'networking.k8s.io/v1 ServiceCIDR': ['metadata.name'],
  'resource.k8s.io/v1 DeviceClass': ['metadata.name'],
  'resource.k8s.io/v1 ResourceClaim': meta,
  'resource.k8s.io/v1 ResourceClaimTemplate': meta,
  'resource.k8s.io/v1 ResourceSlice': ['metadata.name', 'spec.driver', 'spec.nodeName'],
  'storage.k8s.io/v1 CSIDriver': ['metadata.name'],
  'storage.k8s.io/v1 CSINode': ['metadata.name'],
  'storage.k8s.io/v1 CSIStorageCapacity': meta,
  'storage.k8s.io/v1 StorageClass': ['metadata.name'],
  'storage.k8s.io/v1 VolumeAttachment': ['metadata.name'],
  'storage.k8s.io/v1 VolumeAttributesClass': ['metadata.name'],
};
const everyField = [...new Set(Object.values(selectable).flat())];
const accepts = (each: Served, field: string): boolean => {
  try {
    fieldMatcher(each, parseFieldSelector(`${field}=x`));
    return true;
  } catch {
    return false;
  }
};

it.each(
  builtInKinds.flatMap((kind) =>
    kind.representations
      .filter(({ retired }) => !retired)
      .map((representation) => [`${apiVersionOf(representation)} ${kind.kind}`, { kind, representation }] as const),
  ),
)('selects %s by what upstream selects it by, and by nothing else', (name, each) => {
  expect(everyField.filter((field) => accepts(each, field)).sort()).toEqual([...(selectable[name] ?? [])].sort());
});

it('reads the fields of a version from the stored object', () => {
  const event = { ...pod, kind: 'Event', involvedObject: { kind: 'Pod' }, reportingComponent: 'kubelet' };
  const selector = parseFieldSelector('regarding.kind=Pod,reportingController=kubelet');
  expect(fieldMatcher(served('events.k8s.io/v1', 'Event'), selector)(event)).toBe(true);
});

it('says what a kind without fields of its own can be selected by', () => {
  expect(() => fieldMatcher(served('v1', 'ConfigMap'), parseFieldSelector('data.x=1'))).toThrow(
    '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
});

it('refuses a term without an operator', () => {
  expect(() => parseFieldSelector('metadata.name')).toThrow(
    "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
  );
});

it('undoes escapes in values', () => {
  expect(parseFieldSelector('a=x\\,y\\=z')).toEqual([{ path: 'a', operator: '=', value: 'x,y=z' }]);
});

it('tells the value that pins a field', () => {
  const selector = parseFieldSelector('metadata.name=web,status.phase!=Failed');
  expect(requiredValue(selector, 'metadata.name')).toBe('web');
  expect(requiredValue(selector, 'status.phase')).toBeUndefined();
});
