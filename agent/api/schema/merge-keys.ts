/**
 * How lists and structs merge: facts of upstream's Go struct tags that no package carries.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/api/openapi-spec/swagger.json
 */
import type { Schema } from './schema.ts';

type Extensions = Pick<
  Schema,
  | 'x-kubernetes-patch-strategy'
  | 'x-kubernetes-patch-merge-key'
  | 'x-kubernetes-list-type'
  | 'x-kubernetes-list-map-keys'
  | 'x-kubernetes-map-type'
>;

/** A list merged by key under a strategic merge, and by `mapKeys` (else that key) under server-side apply. */
const keyed = (mergeKey: string, mapKeys: string[] = [mergeKey], strategy = 'merge'): Extensions => ({
  'x-kubernetes-list-map-keys': mapKeys,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-patch-merge-key': mergeKey,
  'x-kubernetes-patch-strategy': strategy,
});
/** Merged by key under a strategic merge only. */
const patchKeyed = (mergeKey: string, strategy = 'merge'): Extensions => ({
  'x-kubernetes-patch-merge-key': mergeKey,
  'x-kubernetes-patch-strategy': strategy,
});
const mapOnly = (...keys: string[]): Extensions => ({
  'x-kubernetes-list-map-keys': keys,
  'x-kubernetes-list-type': 'map',
});
const set: Extensions = { 'x-kubernetes-list-type': 'set' };
const primitives: Extensions = { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
const retain: Extensions = { 'x-kubernetes-patch-strategy': 'retainKeys' };
const atomic: Extensions = { 'x-kubernetes-list-type': 'atomic' };

const conditions = keyed('type');

const containerLists = {
  env: keyed('name'),
  ports: keyed('containerPort', ['containerPort', 'protocol']),
  volumeMounts: keyed('mountPath'),
  volumeDevices: keyed('devicePath'),
  args: atomic,
  command: atomic,
  envFrom: atomic,
  resizePolicy: atomic,
};

/** By definition without `io.k8s.`, then by property. */
const facts: Record<string, Record<string, Extensions>> = {
  'apimachinery.pkg.apis.meta.v1.ObjectMeta': {
    finalizers: primitives,
    ownerReferences: keyed('uid'),
    managedFields: atomic,
  },
  'apimachinery.pkg.apis.meta.v1.LabelSelector': { matchExpressions: atomic },
  'api.core.v1.PodSpec': {
    containers: keyed('name'),
    initContainers: keyed('name'),
    ephemeralContainers: keyed('name'),
    volumes: keyed('name', ['name'], 'merge,retainKeys'),
    imagePullSecrets: keyed('name'),
    hostAliases: keyed('ip'),
    topologySpreadConstraints: keyed('topologyKey', ['topologyKey', 'whenUnsatisfiable']),
    resourceClaims: keyed('name', ['name'], 'merge,retainKeys'),
    schedulingGates: keyed('name'),
    tolerations: atomic,
    readinessGates: atomic,
  },
  'api.core.v1.PodStatus': {
    conditions,
    podIPs: keyed('ip'),
    hostIPs: { ...patchKeyed('ip'), ...atomic },
    containerStatuses: atomic,
    initContainerStatuses: atomic,
    ephemeralContainerStatuses: atomic,
    resourceClaimStatuses: keyed('name', ['name'], 'merge,retainKeys'),
  },
  'api.core.v1.Container': containerLists,
  'api.core.v1.EphemeralContainer': containerLists,
  'api.core.v1.ContainerStatus': { volumeMounts: keyed('mountPath'), allocatedResourcesStatus: keyed('name') },
  'api.core.v1.ResourceRequirements': { claims: mapOnly('name') },
  'api.core.v1.ServiceSpec': {
    ports: keyed('port', ['port', 'protocol']),
    clusterIPs: atomic,
    externalIPs: atomic,
    ipFamilies: atomic,
    loadBalancerSourceRanges: atomic,
  },
  'api.core.v1.ServiceStatus': { conditions },
  'api.core.v1.NodeSpec': { podCIDRs: primitives, taints: atomic },
  'api.core.v1.NodeStatus': { addresses: keyed('type'), conditions, images: atomic, volumesAttached: atomic },
  'api.core.v1.NamespaceSpec': { finalizers: atomic },
  'api.core.v1.NamespaceStatus': { conditions },
  'api.core.v1.ServiceAccount': { secrets: keyed('name'), imagePullSecrets: atomic },
  'api.core.v1.ReplicationControllerStatus': { conditions },
  'api.core.v1.PersistentVolumeClaimStatus': { conditions },
  'api.core.v1.Endpoints': { subsets: atomic },
  'api.core.v1.EndpointSubset': { addresses: atomic, notReadyAddresses: atomic, ports: atomic },
  'api.apps.v1.DeploymentSpec': { strategy: retain },
  'api.apps.v1.DeploymentStatus': { conditions },
  'api.apps.v1.ReplicaSetStatus': { conditions },
  'api.apps.v1.StatefulSetStatus': { conditions },
  'api.apps.v1.StatefulSetSpec': { volumeClaimTemplates: atomic },
  'api.apps.v1.DaemonSetStatus': { conditions },
  'api.apps.v1beta1.DeploymentSpec': { strategy: retain },
  'api.apps.v1beta2.DeploymentSpec': { strategy: retain },
  'api.extensions.v1beta1.DeploymentSpec': { strategy: retain },
  'api.batch.v1.JobStatus': { conditions: { ...patchKeyed('type'), ...atomic } },
  'api.batch.v1.CronJobStatus': { active: atomic },
  'api.batch.v1.PodFailurePolicy': { rules: atomic },
  'api.batch.v1.PodFailurePolicyOnExitCodesRequirement': { values: set },
  'api.autoscaling.v2.HorizontalPodAutoscalerStatus': { conditions },
  'api.autoscaling.v2.HorizontalPodAutoscalerSpec': { metrics: atomic },
  'api.discovery.v1.EndpointSlice': { endpoints: atomic, ports: atomic },
  'api.discovery.v1.Endpoint': { addresses: set },
  'api.networking.v1.NetworkPolicySpec': { egress: atomic, ingress: atomic, policyTypes: atomic },
  'api.networking.v1.IngressSpec': { rules: atomic, tls: atomic },
  'api.networking.v1.HTTPIngressRuleValue': { paths: atomic },
  'api.policy.v1.PodDisruptionBudgetSpec': { selector: { 'x-kubernetes-patch-strategy': 'replace' } },
  'api.policy.v1.PodDisruptionBudgetStatus': { conditions },
  'api.certificates.v1.CertificateSigningRequestStatus': { conditions: mapOnly('type') },
  'api.rbac.v1.AggregationRule': { clusterRoleSelectors: atomic },
  'api.rbac.v1.ClusterRoleBinding': { subjects: atomic },
  'api.rbac.v1.RoleBinding': { subjects: atomic },
  'api.storage.v1.StorageClass': { mountOptions: atomic, allowedTopologies: atomic },
  'api.storage.v1.CSINodeSpec': { drivers: keyed('name') },
  'api.storage.v1.CSIDriverSpec': { volumeLifecycleModes: set, tokenRequests: atomic },
  'api.admissionregistration.v1.MutatingWebhookConfiguration': { webhooks: keyed('name') },
  'api.admissionregistration.v1.ValidatingWebhookConfiguration': { webhooks: keyed('name') },
  'api.flowcontrol.v1.FlowSchemaStatus': { conditions },
  'api.flowcontrol.v1.PriorityLevelConfigurationStatus': { conditions },
  'kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus': { conditions },
  'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': { conditions: mapOnly('type') },
};

/** Structs that merge as a whole under server-side apply. */
const atomicStructs = [
  'api.core.v1.ConfigMapKeySelector',
  'api.core.v1.SecretKeySelector',
  'api.core.v1.LocalObjectReference',
  'api.core.v1.ObjectFieldSelector',
  'api.core.v1.ObjectReference',
  'api.core.v1.ResourceFieldSelector',
  'api.core.v1.SecretReference',
  'api.core.v1.TypedLocalObjectReference',
  'api.core.v1.NodeSelector',
  'api.core.v1.NodeSelectorTerm',
  'api.core.v1.TopologySelectorTerm',
  'api.core.v1.PersistentVolumeClaimVolumeSource',
  'api.discovery.v1.EndpointPort',
  'apimachinery.pkg.apis.meta.v1.LabelSelector',
  'apimachinery.pkg.apis.meta.v1.OwnerReference',
];

export const propertyExtensions = (definition: string, property: string): Extensions | undefined =>
  facts[definition.replace(/^io\.k8s\./, '')]?.[property];

export const definitionExtensions = (definition: string): Extensions | undefined =>
  atomicStructs.includes(definition.replace(/^io\.k8s\./, '')) ? { 'x-kubernetes-map-type': 'atomic' } : undefined;
