/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateStorageClass)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { deprecatedLabels } from '../core/node-labels.ts';
import { defineKind } from '../define-kind.ts';
import { duplicate, immutable, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkLabelKey } from '../names.ts';
import { own } from '../own.ts';
import type { core, StorageClass } from '../types.ts';
import { fixed, validateParameters, validateProvisioner } from './parameters.ts';

export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';
const betaDefaultClassAnnotation = 'storageclass.beta.kubernetes.io/is-default-class';

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/util/helpers.go (IsDefaultAnnotation) */
export const isDefaultStorageClass = ({ metadata: { annotations } }: StorageClass): boolean =>
  [defaultClassAnnotation, betaDefaultClassAnnotation].some((name) => annotations?.[name] === 'true');

/**
 * The newest class that is marked as the default; of two of the same second the first by name.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/util/storageclass.go (GetDefaultClass)
 */
export const defaultStorageClassOf = (classes: readonly StorageClass[]): StorageClass | undefined =>
  classes
    .filter(isDefaultStorageClass)
    .sort(
      ({ metadata: a }, { metadata: b }) =>
        Date.parse(b.creationTimestamp) - Date.parse(a.creationTimestamp) || (a.name < b.name ? -1 : 1),
    )[0];

const oneOfText = (path: string, value: string | undefined, supported: readonly string[]): FieldError[] =>
  value && !supported.includes(value) ? [notSupported(path, value, supported)] : [];

type Requirement = NonNullable<core.TopologySelectorTerm['matchLabelExpressions']>[number];

function validateRequirement(path: string, { key, values = [] }: Requirement): FieldError[] {
  return [
    ...(values.length === 0 ? [required(`${path}.values`)] : []),
    ...values.flatMap((value, index) =>
      values.indexOf(value) < index ? [duplicate(`${path}.values[${index}]`, value)] : [],
    ),
    ...invalidBy(`${path}.key`, key, checkLabelKey),
  ];
}

function validateTerm(path: string, { matchLabelExpressions = [] }: core.TopologySelectorTerm): FieldError[] {
  const keys = matchLabelExpressions.map(({ key }) => key);
  return matchLabelExpressions.flatMap((requirement, index) => {
    const at = `${path}.matchLabelExpressions[${index}]`;
    const again = keys.indexOf(requirement.key) < index;
    return [...validateRequirement(at, requirement), ...(again ? [duplicate(`${at}.key`, requirement.key)] : [])];
  });
}

/** The values of a term by key, each as a set: in whichever order they are, they are the same. */
const valuesByKey = ({ matchLabelExpressions = [] }: core.TopologySelectorTerm): object =>
  Object.fromEntries(matchLabelExpressions.map(({ key, values }) => [key, [...new Set(values)].sort()]));

function validateTopologies(topologies: readonly core.TopologySelectorTerm[] = []): FieldError[] {
  const seen: object[] = [];
  return topologies.flatMap((term, index) => {
    const path = `allowedTopologies[${index}]`;
    const values = valuesByKey(term);
    const again = seen.some((each) => isEqual(each, values));
    seen.push(values);
    return [...validateTerm(path, term), ...(again ? [duplicate(`${path}.matchLabelExpressions`, '')] : [])];
  });
}

function validateUpdate(storageClass: StorageClass, old: StorageClass): FieldError[] {
  const { volumeBindingMode: mode } = storageClass;
  return [
    ...fixed('parameters', storageClass.parameters, old.parameters),
    ...fixed('provisioner', storageClass.provisioner, old.provisioner),
    ...fixed('reclaimPolicy', storageClass.reclaimPolicy, old.reclaimPolicy),
    ...(mode === old.volumeBindingMode ? [] : [invalid('volumeBindingMode', mode ?? null, immutable)]),
  ];
}

export const storageClasses = defineKind<StorageClass>({
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  representations: [{ group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.StorageClass' }],
  columns: [
    {
      ...nameColumn,
      value: (storageClass) =>
        `${storageClass.metadata.name}${isDefaultStorageClass(storageClass as StorageClass) ? ' (default)' : ''}`,
    },
    column('Provisioner', 'Who makes the volumes of this class.', ({ provisioner }) => provisioner),
    column(
      'ReclaimPolicy',
      'What happens to a volume once its claim is gone.',
      ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    ),
    column(
      'VolumeBindingMode',
      'When a claim gets its volume.',
      ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    ),
    column(
      'AllowVolumeExpansion',
      'Whether claims may ask for more later.',
      ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    ),
    ageColumn,
  ],
  default(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate: (storageClass, old) => [
    ...validateProvisioner('provisioner', storageClass.provisioner),
    ...validateParameters('parameters', storageClass.parameters),
    ...oneOfText('reclaimPolicy', storageClass.reclaimPolicy, ['Delete', 'Retain']),
    ...(['Immediate', 'WaitForFirstConsumer'].includes(storageClass.volumeBindingMode ?? '')
      ? []
      : [notSupported('volumeBindingMode', storageClass.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])]),
    ...validateTopologies(storageClass.allowedTopologies),
    ...(old ? validateUpdate(storageClass, old) : []),
  ],
  warn: ({ allowedTopologies = [] }) =>
    allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
      matchLabelExpressions.flatMap(({ key }, place) => {
        const problem = own(deprecatedLabels, key);
        const path = `allowedTopologies[${index}].matchLabelExpressions[${place}].key`;
        return problem === undefined ? [] : [`${path}: ${problem}`];
      }),
    ),
});
