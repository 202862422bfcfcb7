/** What upstream checks, what it answers, and how a row of the table is put to our API server. */
import type { Status } from '../../../../../agent/api/types.ts';
import type { TestApi } from '../api.ts';

type Json = Record<string, unknown>;

export interface Row {
  /** The function of upstream's that checks it. */
  by: string;
  /** What is created, or is there before the change. Without a name it gets one. */
  of: Json;
  /** A merge patch of it; absent: the creation is what is refused. */
  change?: Json;
  /** What its status is before the change. */
  status?: Json;
  /** Through which the patch goes, or where `post` goes. */
  subresource?: string;
  /** What is posted to the subresource, instead of a patch. */
  post?: Json;
  /** `field: message`, in order; where the field is empty, the message alone. */
  is: readonly string[];
}

const plurals: Record<string, string> = {
  Pod: '/api/v1/namespaces/default/pods',
  Service: '/api/v1/namespaces/default/services',
  ConfigMap: '/api/v1/namespaces/default/configmaps',
  Secret: '/api/v1/namespaces/default/secrets',
  ServiceAccount: '/api/v1/namespaces/default/serviceaccounts',
  Endpoints: '/api/v1/namespaces/default/endpoints',
  Event: '/api/v1/namespaces/default/events',
  'events.k8s.io/v1 Event': '/apis/events.k8s.io/v1/namespaces/default/events',
  Namespace: '/api/v1/namespaces',
  Node: '/api/v1/nodes',
  Lease: '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  Deployment: '/apis/apps/v1/namespaces/default/deployments',
  ReplicaSet: '/apis/apps/v1/namespaces/default/replicasets',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  StatefulSet: '/apis/apps/v1/namespaces/default/statefulsets',
  DaemonSet: '/apis/apps/v1/namespaces/default/daemonsets',
  ControllerRevision: '/apis/apps/v1/namespaces/default/controllerrevisions',
  ReplicationController: '/api/v1/namespaces/default/replicationcontrollers',
  PodTemplate: '/api/v1/namespaces/default/podtemplates',
  LimitRange: '/api/v1/namespaces/default/limitranges',
  ResourceQuota: '/api/v1/namespaces/default/resourcequotas',
  Job: '/apis/batch/v1/namespaces/default/jobs',
  CronJob: '/apis/batch/v1/namespaces/default/cronjobs',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
  RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses',
  PersistentVolume: '/api/v1/persistentvolumes',
  PersistentVolumeClaim: '/api/v1/namespaces/default/persistentvolumeclaims',
  StorageClass: '/apis/storage.k8s.io/v1/storageclasses',
  CSINode: '/apis/storage.k8s.io/v1/csinodes',
  CSIDriver: '/apis/storage.k8s.io/v1/csidrivers',
  CSIStorageCapacity: '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
  VolumeAttachment: '/apis/storage.k8s.io/v1/volumeattachments',
  VolumeAttributesClass: '/apis/storage.k8s.io/v1/volumeattributesclasses',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  IngressClass: '/apis/networking.k8s.io/v1/ingressclasses',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
  IPAddress: '/apis/networking.k8s.io/v1/ipaddresses',
  ServiceCIDR: '/apis/networking.k8s.io/v1/servicecidrs',
  CertificateSigningRequest: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
  FlowSchema: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
  PriorityLevelConfiguration: '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  ValidatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  MutatingAdmissionPolicy: '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
  DeviceClass: '/apis/resource.k8s.io/v1/deviceclasses',
  ResourceClaim: '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
  ResourceClaimTemplate: '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates',
  ResourceSlice: '/apis/resource.k8s.io/v1/resourceslices',
};

const pathOf = ({ apiVersion, kind }: Json): string => {
  const path = plurals[`${apiVersion} ${kind}`] ?? plurals[String(kind)];
  if (path === undefined) throw new Error(`no path for ${kind}`);
  return path;
};

/** By the first words of a message. */
const reasons: Record<string, string> = {
  'Required value': 'FieldValueRequired',
  'Invalid value': 'FieldValueInvalid',
  'Unsupported value': 'FieldValueNotSupported',
  'Duplicate value': 'FieldValueDuplicate',
  Forbidden: 'FieldValueForbidden',
  'Too long': 'FieldValueTooLong',
  'Too many': 'FieldValueTooMany',
  'Not found': 'FieldValueNotFound',
};

/** An error that upstream does not classify has its causes in the message alone. */
const unclassified = (message: string): string[] => message.replace(/^\[|\]$/g, '').split(/, (?=[a-z]+\.[a-z]+: )/);

const reasonFor = (line: string): string | undefined =>
  Object.entries(reasons).find(([words]) => line.includes(words))?.[1];

/** The causes of a refusal, as lines; each must have the reason that its message goes with. */
export function linesOf({ reason: of, message: whole = '', details }: Status): string[] {
  if (of === undefined) return unclassified(whole);
  if (of === 'BadRequest') return [whole];
  return (details?.causes ?? []).map(({ field, message = '', reason }) => {
    if (reasonFor(message) !== reason) throw new Error(`${reason} goes with ${message}`);
    return field ? `${field}: ${message}` : message;
  });
}

const mergePatch = { 'content-type': 'application/merge-patch+json' };

/** What our API server answers to the row. */
export async function answerTo(
  api: TestApi,
  { of, change, post, status, subresource }: Row,
  index: number,
): Promise<string[]> {
  const name = `row-${index}`;
  const object = { ...of, metadata: { name, ...(of.metadata as Json | undefined) } };
  const path = pathOf(object);
  if (!change && !post) return linesOf(await api.refused('POST', `${path}?dryRun=All`, object));
  const { metadata } = await api.create(path, object);
  const at = `${path}/${metadata.name}`;
  if (status) await api.request('PATCH', `${at}/status`, { status }, mergePatch);
  const part = `${at}${subresource ? `/${subresource}` : ''}?dryRun=All`;
  if (post) return linesOf(await api.refused('POST', part, post));
  return linesOf(await api.refused('PATCH', part, change, mergePatch));
}
