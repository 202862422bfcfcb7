/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateCSIDriver)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { duplicate, immutable, invalid, notSupported, oneOf, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { CSIDriver, storage } from '../types.ts';

type Spec = storage.CSIDriverSpec;

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const lifecycleModes = ['Persistent', 'Ephemeral'];
const tenMinutes = 600;
const longest = 2 ** 32;

const needed = (path: string, value: unknown): FieldError[] => (value === undefined ? [required(path)] : []);

function validateTokenRequests(requests: NonNullable<Spec['tokenRequests']>): FieldError[] {
  const audiences = requests.map(({ audience }) => audience);
  return requests.flatMap(({ audience, expirationSeconds: seconds }, index) => {
    const path = `spec.tokenRequests[${index}]`;
    if (audiences.indexOf(audience) < index) return [duplicate(`${path}.audience`, audience)];
    if (seconds === undefined) return [];
    const at = `${path}.expirationSeconds`;
    if (seconds < tenMinutes) return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')];
    return seconds > longest ? [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
  });
}

const validateSpec = (spec: Spec): FieldError[] => [
  ...needed('spec.attachedRequired', spec.attachRequired),
  ...needed('spec.podInfoOnMount', spec.podInfoOnMount),
  ...needed('spec.storageCapacity', spec.storageCapacity),
  ...oneOf('spec.fsGroupPolicy', spec.fsGroupPolicy, groupPolicies),
  ...validateTokenRequests(spec.tokenRequests ?? []),
  ...(spec.volumeLifecycleModes ?? [])
    .filter((mode) => !lifecycleModes.includes(mode))
    .map((mode) => notSupported('spec.volumeLifecycleModes', mode, lifecycleModes)),
  ...needed('spec.seLinuxMount', spec.seLinuxMount),
  ...(spec.nodeAllocatableUpdatePeriodSeconds !== undefined && spec.nodeAllocatableUpdatePeriodSeconds < 10
    ? [
        invalid(
          'spec.nodeAllocatableUpdatePeriodSeconds',
          spec.nodeAllocatableUpdatePeriodSeconds,
          'must be greater than or equal to 10 seconds',
        ),
      ]
    : []),
];

const kept = (path: string, now: unknown, before: unknown): FieldError[] =>
  isEqual(now, before) ? [] : [invalid(path, now ?? null, immutable)];

const validateUpdate = (spec: Spec, old: Spec): FieldError[] => [
  ...kept('spec.attachedRequired', spec.attachRequired, old.attachRequired),
  ...kept('spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.volumeLifecycleModes),
];

export const csiDrivers = defineKind<CSIDriver>({
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  representations: [{ group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.CSIDriver' }],
  hasGeneration: true,
  needsRevision: true,
  columns: [
    nameColumn,
    column(
      'AttachRequired',
      'Whether volumes are attached before they are mounted.',
      ({ spec }) => spec.attachRequired ?? true,
      {
        type: 'boolean',
      },
    ),
    column('PodInfoOnMount', 'Whether the driver is told about the pod.', ({ spec }) => spec.podInfoOnMount ?? false, {
      type: 'boolean',
    }),
    column(
      'StorageCapacity',
      'Whether pods wait for capacity that the driver reports.',
      ({ spec }) => spec.storageCapacity ?? false,
      { type: 'boolean' },
    ),
    column('TokenRequests', 'The audiences of the tokens that the driver gets.', ({ spec }) =>
      spec.tokenRequests ? spec.tokenRequests.map(({ audience }) => audience).join(',') : '<unset>',
    ),
    column(
      'RequiresRepublish',
      'Whether the driver is called again and again while a volume is mounted.',
      ({ spec }) => spec.requiresRepublish ?? false,
      { type: 'boolean' },
    ),
    column(
      'Modes',
      'The kinds of volumes that the driver has.',
      ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
    ),
    ageColumn,
  ],
  default(driver) {
    driver.spec ??= {};
    const { spec } = driver;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate: ({ spec }, old) => [...validateSpec(spec), ...(old ? validateUpdate(spec, old.spec) : [])],
});
