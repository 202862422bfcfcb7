/**
 * Validation of volumes that other systems have. Those whose drivers upstream has removed are validated as ever.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateISCSIVolumeSource and its like)
 */
import {
  betweenInclusive,
  invalid,
  invalidBy,
  invalidIfGiven,
  notSupported,
  oneOf,
  required,
  requiredBy,
  requiredText,
  tooLong,
} from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import { validateDescendingPath } from './paths.ts';
import { source } from './volume-source.ts';

/** No number at all is 0, which is allowed. */
const validatePartition = (at: string, partition = 0): FieldError[] =>
  partition < 0 || partition > 255 ? [invalid(at, partition, 'must be between 1 and 255, inclusive')] : [];

const initiators: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]{1,1024}(?::[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

const longestInitiator = 1024;

export function validateInitiatorName(at: string, name: string): FieldError[] {
  const pattern = initiators[name.slice(0, 3)];
  if (!pattern) return [invalid(at, name, 'must be valid format starting with iqn, eui, or naa')];
  return name.length <= longestInitiator && pattern.test(name) ? [] : [invalid(at, name, 'must be valid format')];
}

const validateSecretName = (at: string, secretRef: { name?: string } | undefined): FieldError[] =>
  secretRef ? requiredText(`${at}.secretRef.name`, secretRef.name) : [];

const isHostAndPort = (text: string): boolean => /^(?:\[[^\][]*\]|[^:\][]*):[^:\][]*$/.test(text);

const reserved = /\.(?:kubernetes|k8s)\.io$/;

const validateFlexOptions = (at: string, options: Readonly<Record<string, string>> = {}): FieldError[] =>
  Object.keys(options)
    .filter((key) => reserved.test(`.${(key.includes('/') ? key.split('/')[0] : key)?.toLowerCase()}`))
    .map((key) => invalid(`${at}[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));

function validateQuobyte(at: string, { registry, tenant = '' }: { registry?: string; tenant?: string }): FieldError[] {
  const detail = 'must be a host:port pair or multiple pairs separated by commas';
  if (!registry) return [required(`${at}.registry`, detail)];
  if (tenant.length >= 65) {
    return [required(`${at}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')];
  }
  return registry
    .split(',')
    .filter((pair) => !isHostAndPort(pair))
    .map(() => invalid(`${at}.registry`, registry, detail));
}

function validateDiskUri(at: string, kind: string | undefined, uri: string): FieldError[] {
  const managed = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
  const blob = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
  if (kind === undefined) return [];
  if (kind === 'Managed') return uri.startsWith('/subscriptions/') ? [] : [notSupported(at, uri, [managed])];
  return uri.startsWith('https://') ? [] : [notSupported(at, uri, [blob])];
}

/** Upstream's ValidateCSIDriverName. */
export function validateDriver(at: string, driver: string): FieldError[] {
  return [
    ...requiredText(at, driver),
    ...(driver.length > 63 ? [tooLong(at, 63)] : []),
    ...checkDns1123Subdomain(driver.toLowerCase()).map((detail) => invalid(at, driver, detail)),
  ];
}

const pathOfEndpoints = (at: string, { endpoints, path }: { endpoints: string; path: string }): FieldError[] => [
  ...requiredText(`${at}.endpoints`, endpoints),
  ...requiredText(`${at}.path`, path),
];

/** By where they stand in upstream's order. */
export const remoteSources = {
  beforeSecret: [
    source('gitRepo', (at, { repository, directory = '' }) => [
      ...requiredText(`${at}.repository`, repository),
      ...validateDescendingPath(`${at}.directory`, directory),
    ]),
    source(
      'gcePersistentDisk',
      (at, { pdName, partition }) => [
        ...requiredText(`${at}.pdName`, pdName),
        ...validatePartition(`${at}.partition`, partition),
      ],
      { at: 'persistentDisk' },
    ),
    source('awsElasticBlockStore', (at, { volumeID, partition }) => [
      ...requiredText(`${at}.volumeID`, volumeID),
      ...validatePartition(`${at}.partition`, partition),
    ]),
  ],
  beforeClaim: [
    source('nfs', (at, { server, path }) => [
      ...requiredText(`${at}.server`, server),
      ...requiredText(`${at}.path`, path),
      ...(path?.startsWith('/') ? [] : [invalid(`${at}.path`, path ?? '', 'must be an absolute path')]),
    ]),
    source('iscsi', (at, volume) => [
      ...requiredText(`${at}.targetPortal`, volume.targetPortal),
      ...(volume.iqn ? validateInitiatorName(`${at}.iqn`, volume.iqn) : [required(`${at}.iqn`)]),
      ...betweenInclusive(`${at}.lun`, volume.lun ?? 0, 0, 255),
      ...((volume.chapAuthDiscovery || volume.chapAuthSession) && !volume.secretRef
        ? [required(`${at}.secretRef`)]
        : []),
      ...(volume.initiatorName === undefined ? [] : validateInitiatorName(`${at}.initiatorname`, volume.initiatorName)),
    ]),
    source('glusterfs', pathOfEndpoints),
    source('flocker', (at, { datasetName = '', datasetUUID }) => [
      ...(datasetName || datasetUUID ? [] : [required(at, 'one of datasetName and datasetUUID is required')]),
      ...(datasetName && datasetUUID
        ? [invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')]
        : []),
      ...(datasetName.includes('/') ? [invalid(`${at}.datasetName`, datasetName, "must not contain '/'")] : []),
    ]),
  ],
  beforeDownwardApi: [
    source('rbd', (at, { monitors, image }) => [
      ...(monitors?.length ? [] : [required(`${at}.monitors`)]),
      ...requiredText(`${at}.image`, image),
    ]),
    source('cinder', (at, { volumeID, secretRef }) => [
      ...requiredText(`${at}.volumeID`, volumeID),
      ...validateSecretName(at, secretRef),
    ]),
    source('cephfs', (at, { monitors }) => (monitors?.length ? [] : [required(`${at}.monitors`)]), {
      twice: 'cephFS',
    }),
    source('quobyte', (at, volume) => [...validateQuobyte(at, volume), ...requiredText(`${at}.volume`, volume.volume)]),
  ],
  beforeConfigMap: [
    source('fc', (at, { targetWWNs = [], wwids = [], lun }) => {
      const either = 'must specify either targetWWNs or wwids, but not both';
      const both = 'targetWWNs and wwids can not be specified simultaneously';
      const named = targetWWNs.length > 0;
      return [
        ...(named || wwids.length > 0 ? [] : [required(`${at}.targetWWNs`, either)]),
        ...(named && wwids.length > 0 ? [invalid(`${at}.targetWWNs`, targetWWNs, both)] : []),
        ...(named && lun === undefined ? [required(`${at}.lun`, 'lun is required if targetWWNs is specified')] : []),
        ...(named && lun !== undefined ? betweenInclusive(`${at}.lun`, lun, 0, 255) : []),
      ];
    }),
    source('flexVolume', (at, { driver, options }) => [
      ...requiredText(`${at}.driver`, driver),
      ...validateFlexOptions(`${at}.options`, options),
    ]),
  ],
  beforeProjected: [
    source('azureFile', (at, { secretName, shareName }) => [
      ...requiredText(`${at}.secretName`, secretName),
      ...requiredText(`${at}.shareName`, shareName),
    ]),
    source('vsphereVolume', (at, { volumePath }) => requiredText(`${at}.volumePath`, volumePath)),
    source('photonPersistentDisk', (at, { pdID }) => requiredText(`${at}.pdID`, pdID)),
    source('portworxVolume', (at, { volumeID }) => requiredText(`${at}.volumeID`, volumeID)),
    source('azureDisk', (at, { diskName, diskURI = '', cachingMode, kind }) => [
      ...requiredText(`${at}.diskName`, diskName),
      ...requiredText(`${at}.diskURI`, diskURI),
      ...oneOf(`${at}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']),
      ...oneOf(`${at}.kind`, kind, ['Dedicated', 'Managed', 'Shared']),
      ...validateDiskUri(`${at}.diskURI`, kind, diskURI),
    ]),
    source('storageos', (at, { volumeName, volumeNamespace, secretRef }) => [
      ...requiredBy(`${at}.volumeName`, volumeName, checkDns1123Label),
      ...invalidIfGiven(`${at}.volumeNamespace`, volumeNamespace, checkDns1123Label),
      ...validateSecretName(at, secretRef),
    ]),
  ],
  last: [
    source('scaleIO', (at, { gateway, system, volumeName }) => [
      ...requiredText(`${at}.gateway`, gateway),
      ...requiredText(`${at}.system`, system),
      ...requiredText(`${at}.volumeName`, volumeName),
    ]),
    source('csi', (at, { driver = '', nodePublishSecretRef: secret }) => [
      ...validateDriver(`${at}.driver`, driver),
      ...(secret && !secret.name ? [required(`${at}.nodePublishSecretRef.name`)] : []),
      ...(secret?.name ? invalidBy(`${at}.name`, secret.name, checkDns1123Subdomain) : []),
    ]),
  ],
};
