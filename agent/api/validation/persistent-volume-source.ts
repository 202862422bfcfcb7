/**
 * The types of persistent volumes. Most have the rules of the volumes of pods; those that name secrets of any namespace
 * have their own.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePersistentVolumeSpec)
 */
import { forbidden, invalid, invalidIfGiven, required, requiredBy, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label } from '../names.ts';
import type { core } from '../types.ts';
import { validateNoBacksteps } from './paths.ts';
import { remoteSources, validateDriver, validateInitiatorName } from './remote-volumes.ts';
import { hostPathSource } from './volume.ts';
import type { Source } from './volume-source.ts';

type Spec = core.PersistentVolumeSpec;

interface VolumeType {
  field: keyof Spec;
  /** What upstream calls it where it is refused beside another. */
  twice: string;
  /** `path` is that of the spec, `name` that of the volume: '' where it is inline. */
  validate(path: string, spec: Spec, name: string): FieldError[];
}

const ofPods: ReadonlyMap<string, Source> = new Map(
  [hostPathSource, ...Object.values(remoteSources).flat()].map((each) => [each.field, each]),
);

/** Throws where pods have no such type, which the first import of this file would show. */
function asOfPods(field: keyof Spec): VolumeType {
  const found = ofPods.get(field);
  if (!found) throw new Error(`pods have no volumes of type ${field}`);
  const validate: VolumeType['validate'] = (path, spec) => found.validate(path, spec as object as core.Volume, false);
  return { field, twice: found.twice, validate };
}

const type = <F extends keyof Spec>(
  field: F,
  rules: (at: string, source: NonNullable<Spec[F]>, name: string) => FieldError[],
): VolumeType => ({
  field,
  twice: field,
  validate: (path, spec, name) => {
    const source = spec[field];
    return source ? rules(`${path}.${field}`, source, name) : [];
  },
});

type Secret = { name?: string; namespace?: string } | undefined;

/** Of a secret that must be named in full. */
const validateSecret = (at: string, secret: Secret): FieldError[] =>
  secret ? [...requiredText(`${at}.name`, secret.name), ...requiredText(`${at}.namespace`, secret.namespace)] : [];

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

const longestPortal = 64;

function validateIscsi(at: string, volume: NonNullable<Spec['iscsi']>, name: string): FieldError[] {
  const { initiatorName, targetPortal, secretRef } = volume;
  const detail =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  const isLong = initiatorName !== undefined && `${name}:${targetPortal}`.length > longestPortal;
  const lun = volume.lun ?? 0;
  return [
    ...(isLong ? [invalid(`${at}.targetportal`, targetPortal, detail)] : []),
    ...requiredText(`${at}.targetPortal`, targetPortal),
    ...(volume.iqn ? validateInitiatorName(`${at}.iqn`, volume.iqn) : [required(`${at}.iqn`)]),
    ...(lun < 0 || lun > 255 ? [invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive')] : []),
    ...((volume.chapAuthDiscovery || volume.chapAuthSession) && !secretRef ? [required(`${at}.secretRef`)] : []),
    ...(secretRef ? requiredText(`${at}.secretRef.name`, secretRef.name) : []),
    ...(initiatorName === undefined ? [] : validateInitiatorName(`${at}.initiatorname`, initiatorName)),
  ];
}

function validateGlusterfs(at: string, { endpoints, path, endpointsNamespace }: NonNullable<Spec['glusterfs']>) {
  const unset = 'if the endpointnamespace is set, it must be a valid namespace name';
  return [
    ...requiredText(`${at}.endpoints`, endpoints),
    ...requiredText(`${at}.path`, path),
    ...(endpointsNamespace === '' ? [invalid(`${at}.endpointsNamespace`, endpointsNamespace, unset)] : []),
    ...invalidIfGiven(`${at}.endpointsNamespace`, endpointsNamespace, checkDns1123Label),
  ];
}

/** In upstream's order, of which the first that is set counts and any other is refused. */
const types: readonly VolumeType[] = [
  asOfPods('hostPath'),
  asOfPods('gcePersistentDisk'),
  asOfPods('awsElasticBlockStore'),
  type('glusterfs', validateGlusterfs),
  asOfPods('flocker'),
  asOfPods('nfs'),
  asOfPods('rbd'),
  asOfPods('quobyte'),
  asOfPods('cephfs'),
  type('iscsi', validateIscsi),
  type('cinder', (at, { volumeID, secretRef }) => [
    ...requiredText(`${at}.volumeID`, volumeID),
    ...validateSecret(`${at}.secretRef`, secretRef),
  ]),
  asOfPods('fc'),
  asOfPods('flexVolume'),
  type('azureFile', (at, { secretName, shareName, secretNamespace }) => [
    ...requiredText(`${at}.secretName`, secretName),
    ...requiredText(`${at}.shareName`, shareName),
    ...(secretNamespace === '' ? [required(`${at}.secretNamespace`)] : []),
  ]),
  asOfPods('vsphereVolume'),
  asOfPods('photonPersistentDisk'),
  asOfPods('portworxVolume'),
  asOfPods('azureDisk'),
  asOfPods('scaleIO'),
  type('local', (at, { path }) => (path ? validateNoBacksteps(`${at}.path`, path) : [required(`${at}.path`)])),
  type('storageos', (at, { volumeName, volumeNamespace, secretRef }) => [
    ...requiredBy(`${at}.volumeName`, volumeName, checkDns1123Label),
    ...invalidIfGiven(`${at}.volumeNamespace`, volumeNamespace, checkDns1123Label),
    ...validateSecret(`${at}.secretRef`, secretRef),
  ]),
  type('csi', (at, source) => [
    ...validateDriver(`${at}.driver`, source.driver ?? ''),
    ...requiredText(`${at}.volumeHandle`, source.volumeHandle),
    ...csiSecrets.flatMap((field) => validateSecret(`${at}.${field}`, source[field])),
  ]),
];

export const volumeFields: readonly (keyof Spec)[] = types.map(({ field }) => field);

/** `name` is that of the volume, '' where it is inline. */
export function validateVolumeSource(path: string, spec: Spec, name: string): FieldError[] {
  const [first, ...others] = types.filter(({ field }) => spec[field]);
  if (!first) return [required(path, 'must specify a volume type')];
  const local = 'Local volume requires node affinity';
  return [
    ...first.validate(path, spec, name),
    ...(first.field === 'local' && !spec.nodeAffinity ? [required(`${path}.nodeAffinity`, local)] : []),
    ...others.map(({ twice }) => forbidden(`${path}.${twice}`, 'may not specify more than 1 volume type')),
  ];
}
