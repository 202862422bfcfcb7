/** What upstream's tests of "API operations" make of each kind, named after the behaviour as upstream names it. */
import { signedRequest } from '../../../../builders/signed-request.ts';
import type { Lifecycle } from './lifecycle.ts';

const storage = 'storage.k8s.io';
const networking = 'networking.k8s.io';
const flowControl = 'flowcontrol.apiserver.k8s.io';
const registration = 'admissionregistration.k8s.io';
const resources = 'resource.k8s.io';

const condition = {
  type: 'StatusUpdate',
  status: 'True',
  reason: 'E2E',
  message: 'Set from an e2e test',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const webhook = {
  name: 'check.example.com',
  clientConfig: { service: { name: 'hook', namespace: 'default', path: '/check' } },
  rules,
  sideEffects: 'None',
  admissionReviewVersions: ['v1', 'v1beta1'],
};
const policy = { matchConstraints: { resourceRules: rules } };
const request = { name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } };

export const lifecycles: readonly [string, Lifecycle][] = [
  [
    'Ingress API should support creating Ingress API operations',
    {
      group: networking,
      plural: 'ingresses',
      object: {
        spec: {
          defaultBackend: { service: { name: 'default-backend', port: { number: 80 } } },
          rules: [
            {
              host: 'foo.bar.com',
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } },
                ],
              },
            },
          ],
        },
      },
      status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
    },
  ],
  [
    'IngressClass API should support creating IngressClass API operations',
    {
      group: networking,
      plural: 'ingressclasses',
      clusterScoped: true,
      object: { spec: { controller: 'example.com/one' } },
    },
  ],
  [
    'NetworkPolicy API should support creating NetworkPolicy API operations',
    {
      group: networking,
      plural: 'networkpolicies',
      object: { spec: { podSelector: { matchLabels: { app: 'web' } } } },
    },
  ],
  [
    'ServiceCIDR and IPAddress API should support ServiceCIDR API operations',
    {
      group: networking,
      plural: 'servicecidrs',
      clusterScoped: true,
      object: { spec: { cidrs: ['10.112.0.0/16'] } },
      status: { conditions: [condition] },
    },
  ],
  [
    'ServiceCIDR and IPAddress API should support IPAddress API operations',
    {
      group: networking,
      plural: 'ipaddresses',
      clusterScoped: true,
      object: { spec: { parentRef: { resource: 'services', name: 'web', namespace: 'default' } } },
      names: ['192.168.7.10', '192.168.7.11', '2001:db8::1'],
    },
  ],
  [
    'PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC: volumes',
    {
      group: '',
      plural: 'persistentvolumes',
      clusterScoped: true,
      object: {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          csi: { driver: 'e2e.example.com', volumeHandle: 'e2e-conformance' },
        },
      },
      status: { phase: 'Available', message: 'StatusPatched', reason: 'E2E patchStatus' },
    },
  ],
  [
    'PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC: claims',
    {
      group: '',
      plural: 'persistentvolumeclaims',
      object: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      status: { conditions: [{ type: 'StatusPatched', status: 'True' }] },
    },
  ],
  [
    'StorageClasses CSI Conformance should run through the lifecycle of a StorageClass',
    { group: storage, plural: 'storageclasses', clusterScoped: true, object: { provisioner: 'e2e-fake-provisioner' } },
  ],
  [
    'VolumeAttributesClass should run through the lifecycle of a VolumeAttributesClass',
    {
      group: storage,
      plural: 'volumeattributesclasses',
      clusterScoped: true,
      object: { driverName: 'e2e-fake-driver', parameters: { iops: '100' } },
    },
  ],
  [
    'CSINodes CSI Conformance should run through the lifecycle of a csinode',
    {
      group: storage,
      plural: 'csinodes',
      clusterScoped: true,
      object: {
        spec: { drivers: [{ name: 'e2e.example.com', nodeID: 'node-1', topologyKeys: ['example.com/zone'] }] },
      },
    },
  ],
  [
    'CSIInlineVolumes should run through the lifecycle of a CSIDriver',
    {
      group: storage,
      plural: 'csidrivers',
      clusterScoped: true,
      object: { spec: { volumeLifecycleModes: ['Ephemeral'] } },
      names: ['inline-driver-a', 'inline-driver-b', 'inline-driver-c'],
    },
  ],
  [
    'CSIStorageCapacity should support CSIStorageCapacities API operations',
    {
      group: storage,
      plural: 'csistoragecapacities',
      object: { storageClassName: 'example', capacity: '10Gi', nodeTopology: { matchLabels: { zone: 'a' } } },
    },
  ],
  [
    'VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment',
    {
      group: storage,
      plural: 'volumeattachments',
      clusterScoped: true,
      object: { spec: { attacher: 'e2e.example.com', nodeName: 'worker', source: { persistentVolumeName: 'pv' } } },
      status: { attached: true, attachmentMetadata: { device: '/dev/sdb' } },
    },
  ],
  [
    'API priority and fairness should support FlowSchema API operations',
    {
      group: flowControl,
      plural: 'flowschemas',
      clusterScoped: true,
      isReported: true,
      object: {
        spec: {
          matchingPrecedence: 10_000,
          priorityLevelConfiguration: { name: 'global-default' },
          distinguisherMethod: { type: 'ByUser' },
          rules: [
            {
              subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
              nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
            },
          ],
        },
      },
      status: { conditions: [condition] },
    },
  ],
  [
    'API priority and fairness should support PriorityLevelConfiguration API operations',
    {
      group: flowControl,
      plural: 'prioritylevelconfigurations',
      clusterScoped: true,
      object: {
        spec: {
          type: 'Limited',
          limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } },
        },
      },
      status: { conditions: [condition] },
    },
  ],
  [
    'AdmissionWebhook listing mutating webhooks should work, and so should patching and updating one',
    {
      group: registration,
      plural: 'mutatingwebhookconfigurations',
      clusterScoped: true,
      object: { webhooks: [webhook] },
    },
  ],
  [
    'AdmissionWebhook listing validating webhooks should work, and so should patching and updating one',
    {
      group: registration,
      plural: 'validatingwebhookconfigurations',
      clusterScoped: true,
      object: { webhooks: [webhook] },
    },
  ],
  [
    'ValidatingAdmissionPolicy should support ValidatingAdmissionPolicy API operations',
    {
      group: registration,
      plural: 'validatingadmissionpolicies',
      clusterScoped: true,
      object: { spec: { ...policy, validations: [{ expression: 'object.spec.replicas <= 100' }] } },
      status: { conditions: [condition] },
    },
  ],
  [
    'ValidatingAdmissionPolicy should support ValidatingAdmissionPolicyBinding API operations',
    {
      group: registration,
      plural: 'validatingadmissionpolicybindings',
      clusterScoped: true,
      object: { spec: { policyName: 'replicalimit-policy.example.com', validationActions: ['Deny'] } },
    },
  ],
  [
    'MutatingAdmissionPolicy should support MutatingAdmissionPolicy API operations',
    {
      group: registration,
      plural: 'mutatingadmissionpolicies',
      clusterScoped: true,
      object: {
        spec: {
          ...policy,
          reinvocationPolicy: 'Never',
          mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
        },
      },
    },
  ],
  [
    'MutatingAdmissionPolicy should support MutatingAdmissionPolicyBinding API operations',
    {
      group: registration,
      plural: 'mutatingadmissionpolicybindings',
      clusterScoped: true,
      object: { spec: { policyName: 'sidecar.example.com' } },
    },
  ],
  [
    'Certificates API should support CSR API operations',
    {
      group: 'certificates.k8s.io',
      plural: 'certificatesigningrequests',
      clusterScoped: true,
      object: {
        spec: {
          request: signedRequest,
          signerName: 'example.com/e2e',
          expirationSeconds: 3600,
          usages: ['client auth'],
        },
      },
      status: {
        conditions: [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' }],
      },
    },
  ],
  [
    'DRA should support DeviceClass API operations',
    {
      group: resources,
      plural: 'deviceclasses',
      clusterScoped: true,
      object: { spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] } },
    },
  ],
  [
    'DRA should support ResourceClaim API operations',
    {
      group: resources,
      plural: 'resourceclaims',
      object: { spec: { devices: { requests: [request] } } },
      status: {
        allocation: {
          devices: { results: [{ request: 'gpu', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0' }] },
        },
      },
    },
  ],
  [
    'DRA should support ResourceClaimTemplate API operations',
    {
      group: resources,
      plural: 'resourceclaimtemplates',
      object: { spec: { spec: { devices: { requests: [request] } } } },
    },
  ],
  [
    'DRA should support ResourceSlice API operations',
    {
      group: resources,
      plural: 'resourceslices',
      clusterScoped: true,
      object: {
        spec: {
          driver: 'gpu.example.com',
          nodeName: 'worker',
          pool: { name: 'worker', resourceSliceCount: 1, generation: 0 },
          devices: [
            { name: 'gpu-0', attributes: { model: { string: 'a' }, 'example.com/version': { version: '1.0.0' } } },
          ],
        },
      },
    },
  ],
];
