/**
 * What is odd about volumes and claims that are valid.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/persistentvolume/util.go and
 * pkg/api/persistentvolumeclaim/util.go
 */
import { tryParseQuantity } from '../quantity.ts';
import { quote } from '../quote.ts';
import type { core, PersistentVolume, PersistentVolumeClaim } from '../types.ts';
import { betaStorageClassAnnotation } from '../volumes.ts';
import { warnOfTerms } from './node-labels.ts';

const mountOptionsAnnotation = 'volume.beta.kubernetes.io/mount-options';

type Annotations = Readonly<Record<string, string>> | undefined;

const warnOfAnnotation = (annotations: Annotations, name: string, since: string, field: string): string[] =>
  annotations?.[name] === undefined
    ? []
    : [`metadata.annotations[${name}]: deprecated since ${since}; use "${field}" attribute instead`];

const warnOfClassAnnotation = (annotations: Annotations): string[] =>
  warnOfAnnotation(annotations, betaStorageClassAnnotation, 'v1.8', 'storageClassName');

const nanoPerUnit = 1_000_000_000n;

function warnOfFraction(at: string, amount: unknown): string[] {
  const quantity = typeof amount === 'string' ? tryParseQuantity(amount) : undefined;
  if (!quantity || quantity.nano % nanoPerUnit === 0n) return [];
  return [`${at}: fractional byte value ${quote(String(amount))} is invalid, must be an integer`];
}

/** Types whose drivers are gone, with what upstream says of them. */
const removed: readonly (readonly [keyof core.PersistentVolumeSpec, string, string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const recycling =
  'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is ' +
  'to use dynamic provisioning.';

export function warnOfPersistentVolume({ metadata: { annotations }, spec }: PersistentVolume): string[] {
  return [
    ...warnOfClassAnnotation(annotations),
    ...warnOfAnnotation(annotations, mountOptionsAnnotation, 'v1.31', 'mountOptions'),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle' ? [recycling] : []),
    ...warnOfTerms('spec.nodeAffinity.required.nodeSelectorTerms', spec.nodeAffinity?.required?.nodeSelectorTerms),
    ...removed.flatMap(([field, called, since]) => (spec[field] ? [`spec.${called}: ${since}`] : [])),
  ];
}

export function warnOfClaim({ metadata: { annotations }, spec }: PersistentVolumeClaim): string[] {
  const amount = (part: 'requests' | 'limits') => (spec.resources?.[part] as Record<string, unknown>)?.storage;
  return [
    ...warnOfClassAnnotation(annotations),
    ...warnOfFraction('spec.resources.requests[storage]', amount('requests')),
    ...warnOfFraction('spec.resources.limits[storage]', amount('limits')),
  ];
}
