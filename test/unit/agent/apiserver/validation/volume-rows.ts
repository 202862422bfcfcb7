/** Rows of the table: volumes of pods. */
import { aPod, container, label, labelValue, namePart, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const at = 'spec.volumes[0]';
const of = (source: Json): Json => aPod({ volumes: [{ name: 'v', ...source }] });
const mode = 'must be a number between 0 and 0777 (octal), both inclusive';
const partition = 'must be between 1 and 255, inclusive';
const lun = 'must be between 0 and 255, inclusive';
const projected = (...sources: Json[]): Json => of({ projected: { sources } });
const claim = (spec: Json, metadata: Json = {}): Json =>
  of({ ephemeral: { volumeClaimTemplate: { metadata, spec: { accessModes: ['ReadWriteOnce'], ...spec } } } });
const storage = { resources: { requests: { storage: '1Gi' } } };
const template = `${at}.ephemeral.volumeClaimTemplate`;
const accessModes = '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';

export const volumeRows: readonly Row[] = [
  {
    by: 'ValidateVolumes',
    of: aPod({
      volumes: [
        { name: '', emptyDir: {} },
        { name: 'A', emptyDir: {} },
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    is: [
      `${at}.name: Required value`,
      `spec.volumes[1].name: Invalid value: "A": ${label}`,
      'spec.volumes[3].name: Duplicate value: "v"',
    ],
  },
  {
    by: 'ValidateVolumes',
    of: aPod(
      {
        volumes: [
          { name: 'v', ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], ...storage } } } },
          { name: 'w', persistentVolumeClaim: { claimName: 'pod-v' } },
        ],
      },
      { name: 'pod' },
    ),
    is: [
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "pod-v": must not reference a PVC that gets created for an ephemeral volume',
    ],
  },
  {
    by: 'validateVolumeSource',
    of: of({ emptyDir: {}, hostPath: { path: '/a' }, downwardAPI: {}, cephfs: { monitors: ['a'] } }),
    is: ['hostPath', 'cephFS', 'downwarAPI'].map(
      (field) => `${at}.${field}: Forbidden: may not specify more than 1 volume type`,
    ),
  },
  {
    by: 'validateHostPathVolumeSource',
    of: of({ hostPath: { path: '' } }),
    is: [`${at}.hostPath.path: Required value`],
  },
  {
    by: 'validateHostPathType',
    of: of({ hostPath: { path: '/a/../b', type: 'Pipe' } }),
    is: [
      `${at}.hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
      `${at}.hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"`,
    ],
  },
  {
    by: 'validateGitRepoVolumeSource',
    of: of({ gitRepo: { repository: '', directory: '/a' } }),
    is: [
      `${at}.gitRepo.repository: Required value`,
      `${at}.gitRepo.directory: Invalid value: "/a": must be a relative path`,
    ],
  },
  {
    by: 'validateGCEPersistentDiskVolumeSource',
    of: of({ gcePersistentDisk: { pdName: '', partition: 256 } }),
    is: [
      `${at}.persistentDisk.pdName: Required value`,
      `${at}.persistentDisk.partition: Invalid value: 256: ${partition}`,
    ],
  },
  {
    by: 'validateAWSElasticBlockStoreVolumeSource',
    of: of({ awsElasticBlockStore: { volumeID: '', partition: -1 } }),
    is: [
      `${at}.awsElasticBlockStore.volumeID: Required value`,
      `${at}.awsElasticBlockStore.partition: Invalid value: -1: ${partition}`,
    ],
  },
  {
    by: 'validateSecretVolumeSource',
    of: of({ secret: { secretName: '', defaultMode: 512 } }),
    is: [`${at}.secret.secretName: Required value`, `${at}.secret.defaultMode: Invalid value: 512: ${mode}`],
  },
  {
    by: 'validateConfigMapVolumeSource',
    of: of({ configMap: { defaultMode: -1 } }),
    is: [`${at}.configMap.name: Required value`, `${at}.configMap.defaultMode: Invalid value: -1: ${mode}`],
  },
  {
    by: 'validateKeyToPath',
    of: of({
      secret: {
        secretName: 'a',
        items: [
          { key: '', path: '' },
          { key: 'a', path: '..a', mode: 512 },
          { key: 'a', path: '../a' },
        ],
      },
    }),
    is: [
      `${at}.secret.items[0].key: Required value`,
      `${at}.secret.items[0].path: Required value`,
      `${at}.secret.items[1].path: Invalid value: "..a": must not start with '..'`,
      `${at}.secret.items[1].mode: Invalid value: 512: ${mode}`,
      `${at}.secret.items[2].path: Invalid value: "../a": must not contain '..'`,
    ],
  },
  {
    by: 'validateNFSVolumeSource',
    of: of({ nfs: { server: '', path: '' } }),
    is: [
      `${at}.nfs.server: Required value`,
      `${at}.nfs.path: Required value`,
      `${at}.nfs.path: Invalid value: "": must be an absolute path`,
    ],
  },
  {
    by: 'validateISCSIVolumeSource',
    of: of({ iscsi: { targetPortal: '', iqn: 'x', lun: 256, chapAuthSession: true, initiatorName: 'eui.0' } }),
    is: [
      `${at}.iscsi.targetPortal: Required value`,
      `${at}.iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa`,
      `${at}.iscsi.lun: Invalid value: 256: ${lun}`,
      `${at}.iscsi.secretRef: Required value`,
      `${at}.iscsi.initiatorname: Invalid value: "eui.0": must be valid format`,
    ],
  },
  {
    by: 'validateVolumeSource',
    of: of({
      iscsi: {
        targetPortal: 'a'.repeat(63),
        iqn: 'iqn.2001-04.com.example:a',
        lun: 0,
        initiatorName: 'iqn.2001-04.com.example:b',
      },
    }),
    is: [
      `${at}.name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.`,
    ],
  },
  {
    by: 'validateGlusterfsVolumeSource',
    of: of({ glusterfs: { endpoints: '', path: '' } }),
    is: [`${at}.glusterfs.endpoints: Required value`, `${at}.glusterfs.path: Required value`],
  },
  {
    by: 'validateFlockerVolumeSource',
    of: of({ flocker: {} }),
    is: [`${at}.flocker: Required value: one of datasetName and datasetUUID is required`],
  },
  {
    by: 'validateFlockerVolumeSource',
    of: of({ flocker: { datasetName: 'a/b', datasetUUID: 'c' } }),
    is: [
      `${at}.flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously`,
      `${at}.flocker.datasetName: Invalid value: "a/b": must not contain '/'`,
    ],
  },
  {
    by: 'validatePersistentClaimVolumeSource',
    of: of({ persistentVolumeClaim: { claimName: '' } }),
    is: [`${at}.persistentVolumeClaim.claimName: Required value`],
  },
  {
    by: 'validateRBDVolumeSource',
    of: of({ rbd: { monitors: [], image: '' } }),
    is: [`${at}.rbd.monitors: Required value`, `${at}.rbd.image: Required value`],
  },
  {
    by: 'validateCinderVolumeSource',
    of: of({ cinder: { volumeID: '', secretRef: {} } }),
    is: [`${at}.cinder.volumeID: Required value`, `${at}.cinder.secretRef.name: Required value`],
  },
  {
    by: 'validateCephFSVolumeSource',
    of: of({ cephfs: { monitors: [] } }),
    is: [`${at}.cephfs.monitors: Required value`],
  },
  {
    by: 'validateQuobyteVolumeSource',
    of: of({ quobyte: { registry: 'a:1,b', volume: '' } }),
    is: [
      `${at}.quobyte.registry: Invalid value: "a:1,b": must be a host:port pair or multiple pairs separated by commas`,
      `${at}.quobyte.volume: Required value`,
    ],
  },
  {
    by: 'validateDownwardAPIVolumeSource',
    of: of({ downwardAPI: { defaultMode: 512, items: [{ path: '/a', mode: 512 }] } }),
    is: [
      `${at}.downwardAPI.defaultMode: Invalid value: 512: ${mode}`,
      `${at}.downwardAPI.path: Invalid value: "/a": must be a relative path`,
      `${at}.downwardAPI: Required value: one of fieldRef and resourceFieldRef is required`,
      `${at}.downwardAPI.mode: Invalid value: 512: ${mode}`,
    ],
  },
  {
    by: 'validateDownwardAPIVolumeFile',
    of: of({
      downwardAPI: {
        items: [
          { path: 'a', fieldRef: { fieldPath: 'spec.nodeName' }, resourceFieldRef: { resource: 'limits.cpu' } },
          { path: 'b', resourceFieldRef: { resource: 'limits.cpu' } },
        ],
      },
    }),
    is: [
      `${at}.downwardAPI.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"`,
      `${at}.downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously`,
      `${at}.downwardAPI.resourceFieldRef.containerName: Required value`,
    ],
  },
  {
    by: 'validateFCVolumeSource',
    of: of({ fc: {} }),
    is: [`${at}.fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both`],
  },
  {
    by: 'validateFCVolumeSource',
    of: of({ fc: { targetWWNs: ['a'], wwids: ['b'] } }),
    is: [
      `${at}.fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously`,
      `${at}.fc.lun: Required value: lun is required if targetWWNs is specified`,
    ],
  },
  {
    by: 'validateFlexVolumeSource',
    of: of({ flexVolume: { driver: '', options: { 'kubernetes.io/a': 'b' } } }),
    is: [
      `${at}.flexVolume.driver: Required value`,
      `${at}.flexVolume.options[kubernetes.io/a]: Invalid value: "kubernetes.io/a": kubernetes.io and k8s.io namespaces are reserved`,
    ],
  },
  {
    by: 'validateAzureFile',
    of: of({ azureFile: { secretName: '', shareName: '' } }),
    is: [`${at}.azureFile.secretName: Required value`, `${at}.azureFile.shareName: Required value`],
  },
  {
    by: 'validateVsphereVolumeSource',
    of: of({ vsphereVolume: { volumePath: '' } }),
    is: [`${at}.vsphereVolume.volumePath: Required value`],
  },
  {
    by: 'validatePhotonPersistentDiskVolumeSource',
    of: of({ photonPersistentDisk: { pdID: '' } }),
    is: [`${at}.photonPersistentDisk.pdID: Required value`],
  },
  {
    by: 'validatePortworxVolumeSource',
    of: of({ portworxVolume: { volumeID: '' } }),
    is: [`${at}.portworxVolume.volumeID: Required value`],
  },
  {
    by: 'validateAzureDisk',
    of: of({ azureDisk: { diskName: '', diskURI: 'a', cachingMode: 'Some', kind: 'Managed' } }),
    is: [
      `${at}.azureDisk.diskName: Required value`,
      `${at}.azureDisk.cachingMode: Unsupported value: "Some": supported values: "None", "ReadOnly", "ReadWrite"`,
      `${at}.azureDisk.diskURI: Unsupported value: "a": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"`,
    ],
  },
  {
    by: 'validateStorageOSVolumeSource',
    of: of({ storageos: { volumeNamespace: 'A', secretRef: {} } }),
    is: [
      `${at}.storageos.volumeName: Required value`,
      `${at}.storageos.volumeNamespace: Invalid value: "A": ${label}`,
      `${at}.storageos.secretRef.name: Required value`,
    ],
  },
  {
    by: 'validateScaleIOVolumeSource',
    of: of({ scaleIO: { gateway: '', system: '', volumeName: '', secretRef: {} } }),
    is: ['gateway', 'system', 'volumeName'].map((field) => `${at}.scaleIO.${field}: Required value`),
  },
  {
    by: 'validateCSIVolumeSource',
    of: of({ csi: { driver: '', nodePublishSecretRef: {} } }),
    is: [
      `${at}.csi.driver: Required value`,
      `${at}.csi.driver: Invalid value: "": ${noSubdomain}`,
      `${at}.csi.nodePublishSecretRef.name: Required value`,
    ],
  },
  {
    by: 'validateImageVolumeSource',
    of: of({ image: { reference: '', pullPolicy: 'Sometimes' } }),
    is: [
      `${at}.image.reference: Required value`,
      `${at}.image.pullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
  },
  {
    by: 'validateProjectedVolumeSource',
    of: of({ projected: { defaultMode: 512 } }),
    is: [`${at}.projected.defaultMode: Invalid value: 512: ${mode}`],
  },
  {
    by: 'validateProjectionSources',
    of: projected(
      { secret: { items: [{ key: 'a', path: 'a' }] } },
      { configMap: { name: 'c', items: [{ key: 'a', path: 'a' }] }, secret: { name: 's' } },
      { downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } },
    ),
    is: [
      `${at}.projected.sources[0].secret.name: Required value`,
      `${at}.projected: Invalid value: "c": conflicting duplicate paths`,
      `${at}.projected.sources[1]: Forbidden: may not specify more than 1 volume type per source`,
      `${at}.projected: Invalid value: "a": conflicting duplicate paths`,
    ],
  },
  {
    by: 'validateProjectionSources',
    of: projected({ serviceAccountToken: { expirationSeconds: 599, path: '' } }),
    is: [
      `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes`,
      `${at}.projected.path: Required value`,
    ],
  },
  {
    by: 'validateProjectionSources',
    of: projected({ serviceAccountToken: { expirationSeconds: 2 ** 32 + 1, path: '/a' } }),
    is: [
      `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds`,
      `${at}.projected.path: Invalid value: "/a": must be a relative path`,
    ],
  },
  {
    by: 'validateEphemeralVolumeSource',
    of: of({ ephemeral: {} }),
    is: [`${at}.ephemeral.volumeClaimTemplate: Required value`],
  },
  {
    by: 'validatePersistentVolumeClaimTemplateObjectMeta',
    of: claim(storage, { name: 'a' }),
    is: [`${template}.metadata.name: Forbidden: cannot be set`],
  },
  {
    by: 'ValidatePersistentVolumeClaimSpec',
    of: claim({ accessModes: [], storageClassName: 'A', volumeMode: 'Raw' }),
    is: [
      `${template}.spec.accessModes: Required value: at least 1 access mode is required`,
      `${template}.spec.resources[storage]: Required value`,
      `${template}.spec.storageClassName: Invalid value: "A": ${noSubdomain}`,
      `${template}.spec.volumeMode: Unsupported value: "Raw": supported values: "Block", "Filesystem"`,
    ],
  },
  {
    by: 'ValidatePersistentVolumeClaimSpec',
    of: claim({ ...storage, accessModes: ['Some', 'ReadWriteOncePod', 'ReadOnlyMany'] }),
    is: [
      `${template}.spec.accessModes: Unsupported value: "Some": supported values: ${accessModes}`,
      `${template}.spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes`,
    ],
  },
  {
    by: 'validateDataSource',
    of: claim({ ...storage, dataSource: { kind: 'Pod', name: '' } }),
    is: [
      `${template}.spec.dataSource.name: Required value`,
      `${template}.spec.dataSource: Invalid value: "Pod": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
    ],
  },
  {
    by: 'validateDataSourceRef',
    of: claim({
      ...storage,
      dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
      dataSourceRef: { apiGroup: 'A', kind: '', name: 'a' },
    }),
    is: [
      `${template}.spec.dataSourceRef.kind: Required value`,
      `${template}.spec.dataSourceRef.apiGroup: Invalid value: "A": ${noSubdomain}`,
      `${template}.spec: Invalid value: "${template}.spec.dataSource": must match dataSourceRef`,
    ],
  },
  {
    by: 'validatePersistentVolumeClaimTemplateObjectMeta',
    of: claim(storage, { labels: { a: 'b c' }, annotations: { 'd e': 'f' } }),
    is: [
      `${template}.metadata.annotations: Invalid value: "d e": ${namePart}`,
      `${template}.metadata.labels: Invalid value: "b c": ${labelValue}`,
    ],
  },
  {
    by: 'ValidatePositiveQuantityValue',
    of: claim({ resources: { requests: { storage: '0' } } }),
    is: [`${template}.spec.resources[storage]: Invalid value: "0": must be greater than zero`],
  },
  {
    by: 'validateFileKeySelector',
    of: aPod({
      volumes: [{ name: 'v', configMap: { name: 'a' } }],
      containers: [
        container({ env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: '../a', key: 'k' } } }] }),
      ],
    }),
    is: [
      `spec.containers[0].env[0].valueFrom.fileKeyRef.path: Invalid value: "../a": must not contain '..'`,
      'spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir',
    ],
  },
];
