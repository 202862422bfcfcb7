/** Rows of the table: volumes, claims and what is around them. Source: pkg/apis/{core,storage}/validation. */
import { noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const core = { apiVersion: 'v1', metadata: {} };
const storage = { apiVersion: 'storage.k8s.io/v1', metadata: {} };
const hostPath = { path: '/data' };
const volume = (spec: Json): Json => ({
  ...core,
  kind: 'PersistentVolume',
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec },
});
const claim = (spec: Json, metadata: Json = {}): Json => ({
  ...core,
  kind: 'PersistentVolumeClaim',
  metadata,
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
});
const storageClass = (more: Json): Json => ({
  ...storage,
  kind: 'StorageClass',
  provisioner: 'example.com/a',
  ...more,
});
const driver = (spec: Json): Json => ({ ...storage, kind: 'CSIDriver', spec });
const csiNode = (...drivers: Json[]): Json => ({ ...storage, kind: 'CSINode', spec: { drivers } });
const attachment = (spec: Json): Json => ({
  ...storage,
  kind: 'VolumeAttachment',
  spec: { attacher: 'csi.example.com', nodeName: 'worker', source: { persistentVolumeName: 'pv' }, ...spec },
});
const attributes = (more: Json): Json => ({
  ...storage,
  kind: 'VolumeAttributesClass',
  driverName: 'csi.example.com',
  parameters: { iops: '1' },
  ...more,
});
const accessModes = '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';
const onlyOneType = 'Forbidden: may not specify more than 1 volume type';
const immutable = 'field is immutable';
const onlyBound =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export const storageRows: readonly Row[] = [
  {
    by: 'ValidatePersistentVolumeSpec',
    of: { ...core, kind: 'PersistentVolume', spec: {} },
    is: [
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: null: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  },
  {
    by: 'ValidatePersistentVolumeSpec',
    of: volume({
      accessModes: ['Often', 'ReadWriteOncePod', 'ReadWriteOnce'],
      capacity: { storage: '-1' },
      persistentVolumeReclaimPolicy: 'Burn',
      hostPath,
      nfs: { server: 'a', path: '/b' },
      volumeMode: 'Tape',
      storageClassName: 'A',
    }),
    is: [
      `spec.accessModes: Unsupported value: "Often": supported values: ${accessModes}`,
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      'spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'spec.capacity[storage]: Invalid value: "-1": must be greater than zero',
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
      `spec.nfs: ${onlyOneType}`,
      `spec.storageClassName: Invalid value: "A": ${noSubdomain}`,
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  },
  {
    by: 'ValidatePersistentVolumeSpec',
    of: volume({ hostPath: { path: '/./' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    is: ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  },
  {
    by: 'validateLocalVolumeSource',
    of: volume({ local: { path: '' } }),
    is: ['spec.local.path: Required value', 'spec.nodeAffinity: Required value: Local volume requires node affinity'],
  },
  {
    by: 'validateVolumeNodeAffinity',
    of: volume({ hostPath, nodeAffinity: {} }),
    is: ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  },
  {
    by: 'validateCSIPersistentVolumeSource',
    of: volume({ csi: { driver: '', nodePublishSecretRef: { name: 'a' } } }),
    is: [
      'spec.csi.driver: Required value',
      `spec.csi.driver: Invalid value: "": ${noSubdomain}`,
      'spec.csi.volumeHandle: Required value',
      'spec.csi.nodePublishSecretRef.namespace: Required value',
    ],
  },
  {
    by: 'validateISCSIPersistentVolumeSource',
    of: volume({ iscsi: { targetPortal: '', iqn: '', lun: 300, chapAuthSession: true } }),
    is: [
      'spec.iscsi.targetPortal: Required value',
      'spec.iscsi.iqn: Required value',
      'spec.iscsi.lun: Invalid value: 300: must be between 0 and 255, inclusive',
      'spec.iscsi.secretRef: Required value',
    ],
  },
  {
    by: 'validateGlusterfsPersistentVolumeSource',
    of: volume({ glusterfs: { endpoints: '', path: '', endpointsNamespace: '' } }),
    is: [
      'spec.glusterfs.endpoints: Required value',
      'spec.glusterfs.path: Required value',
      'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name',
    ],
  },
  {
    by: 'ValidatePersistentVolumeSpec',
    of: volume({ hostPath, volumeAttributesClassName: '' }),
    is: [
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  },
  {
    by: 'ValidatePersistentVolumeUpdate',
    of: volume({ hostPath }),
    change: { spec: { hostPath: { path: '/other' }, volumeMode: 'Block' } },
    is: [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
      `volumeMode: Invalid value: "Block": ${immutable}`,
    ],
  },
  {
    by: 'validatePvNodeAffinity',
    of: volume({
      hostPath,
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
      },
    }),
    change: {
      spec: {
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'b', operator: 'In', values: ['c'] }] }] },
        },
      },
    },
    is: [
      'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"b","Operator":"In",' +
        `"Values":["c"]}],"MatchFields":null}]}}: ${immutable}, except for updating from beta label to GA`,
    ],
  },
  {
    by: 'ValidatePersistentVolumeClaimSpec',
    of: {
      ...core,
      kind: 'PersistentVolumeClaim',
      spec: { volumeMode: 'Tape', dataSource: { kind: 'VolumeSnapshot' } },
    },
    is: [
      'spec.accessModes: Required value: at least 1 access mode is required',
      'spec.resources[storage]: Required value',
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  },
  {
    by: 'validateDataSourceRef',
    of: claim({ dataSourceRef: { kind: 'Backup', name: '' } }),
    is: [
      'spec.dataSource.name: Required value',
      `spec.dataSource: Invalid value: "Backup": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
      'spec.dataSourceRef.name: Required value',
      `spec.dataSourceRef: Invalid value: "Backup": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
    ],
  },
  {
    by: 'ValidatePersistentVolumeClaimUpdate',
    of: claim({ storageClassName: 'a' }),
    change: { spec: { storageClassName: 'b' } },
    is: [onlyBound],
  },
  {
    by: 'ValidatePersistentVolumeClaimUpdate',
    of: claim({ volumeName: 'a', volumeAttributesClassName: 'gold' }),
    change: { spec: { volumeName: 'b', volumeAttributesClassName: '' } },
    is: [
      onlyBound,
      'spec.volumeAttributesClassName: Forbidden: update from non-nil value to an empty string is forbidden',
    ],
  },
  {
    by: 'ValidateImmutableAnnotation',
    of: claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'a' } }),
    change: { metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'b' } } },
    is: [`metadata.annotations[volume.beta.kubernetes.io/storage-class]: Invalid value: "b": ${immutable}`],
  },
  {
    by: 'ValidatePersistentVolumeClaimStatusUpdate',
    of: claim({}),
    subresource: 'status',
    change: {
      status: {
        capacity: { storage: '-1' },
        allocatedResourceStatuses: { storage: 'Growing', memory: 'NodeResizePending' },
        allocatedResources: { cpu: '1' },
      },
    },
    is: [
      'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeFailed", ' +
        '"ControllerResizeInProgress", "NodeResizeFailed", "NodeResizeInProgress", "NodeResizePending"',
      'status.allocatedResourceStatus: Unsupported value: "memory": supported values: "storage"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ],
  },
  {
    by: 'ValidateStorageClass',
    of: storageClass({ provisioner: '', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' }),
    is: [
      'provisioner: Required value',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  },
  {
    by: 'validateAllowedTopologies',
    of: storageClass({
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] },
        { matchLabelExpressions: [{ key: 'zone', values: ['a'] }] },
        { matchLabelExpressions: [{ key: 'zone', values: [] }] },
      ],
    }),
    is: [
      'allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"',
      'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
      'allowedTopologies[2].matchLabelExpressions[0].values: Required value',
    ],
  },
  {
    by: 'ValidateStorageClassUpdate',
    of: storageClass({}),
    change: {
      provisioner: 'example.com/b',
      parameters: { a: 'b' },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    is: [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      `volumeBindingMode: Invalid value: "WaitForFirstConsumer": ${immutable}`,
    ],
  },
  {
    by: 'ValidateVolumeAttributesClass',
    of: attributes({ driverName: '', parameters: {} }),
    is: ['driverName: Required value', 'parameters: Required value: must contain at least one key/value pair'],
  },
  {
    by: 'ValidateVolumeAttributesClassUpdate',
    of: attributes({}),
    change: { driverName: 'b.example.com', parameters: { iops: '2' } },
    is: [
      'driverName: Forbidden: updates to driverName are forbidden.',
      'parameters: Forbidden: updates to parameters are forbidden.',
    ],
  },
  {
    by: 'validateCSINodeDriver',
    of: csiNode(
      { name: 'a.example.com', nodeID: '', topologyKeys: ['zone', 'zone'], allocatable: { count: -1 } },
      { name: 'a.example.com', nodeID: 'x'.repeat(257), topologyKeys: null },
    ),
    is: [
      'spec.drivers[0].nodeID: Required value',
      'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[0]: Duplicate value: "zone"',
      `spec.drivers[1].nodeID: Invalid value: "${'x'.repeat(257)}": must be 256 characters or less`,
      'spec.drivers[1].name: Duplicate value: "a.example.com"',
    ],
  },
  {
    by: 'ValidateCSINodeUpdate',
    of: csiNode({ name: 'a.example.com', nodeID: 'one', topologyKeys: ['zone'] }),
    change: { spec: { drivers: [{ name: 'a.example.com', nodeID: 'two', topologyKeys: ['zone'] }] } },
    is: [
      'spec.drivers: Invalid value: {"Name":"a.example.com","NodeID":"two","TopologyKeys":["zone"],"Allocatable":null}: ' +
        immutable,
    ],
  },
  {
    by: 'validateCSIDriverSpec',
    of: driver({
      fsGroupPolicy: 'Any',
      volumeLifecycleModes: ['Forever'],
      nodeAllocatableUpdatePeriodSeconds: 5,
      tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }],
    }),
    is: [
      'spec.fsGroupPolicy: Unsupported value: "Any": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Forever": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 5: must be greater than or equal to 10 seconds',
    ],
  },
  {
    by: 'ValidateCSIDriverUpdate',
    of: driver({}),
    change: { spec: { attachRequired: false, volumeLifecycleModes: ['Ephemeral'] } },
    is: [
      `spec.attachedRequired: Invalid value: false: ${immutable}`,
      `spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: ${immutable}`,
    ],
  },
  {
    by: 'ValidateCSIStorageCapacity',
    of: { ...storage, kind: 'CSIStorageCapacity', storageClassName: 'A', capacity: '-1' },
    is: [
      `storageClassName: Invalid value: "A": ${noSubdomain}`,
      'capacity: Invalid value: "-1": must be greater than or equal to 0',
    ],
  },
  {
    by: 'ValidateCSIStorageCapacityUpdate',
    of: { ...storage, kind: 'CSIStorageCapacity', storageClassName: 'a' },
    change: { storageClassName: 'b', nodeTopology: { matchLabels: { zone: 'a' } } },
    is: [
      `nodeTopology: Invalid value: {"matchLabels":{"zone":"a"}}: ${immutable}`,
      `storageClassName: Invalid value: "b": ${immutable}`,
    ],
  },
  {
    by: 'validateVolumeAttachmentSource',
    of: attachment({ source: {} }),
    is: ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  },
  {
    by: 'validateVolumeAttachmentSource',
    of: attachment({
      source: { inlineVolumeSpec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath } },
    }),
    is: [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
    ],
  },
  {
    by: 'ValidateVolumeAttachmentUpdate',
    of: attachment({}),
    change: { spec: { nodeName: 'other' } },
    is: [
      'spec: Invalid value: {"attacher":"csi.example.com","nodeName":"other","source":{"persistentVolumeName":"pv"}}: ' +
        immutable,
    ],
  },
];
