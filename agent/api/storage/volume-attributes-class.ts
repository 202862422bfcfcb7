/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateVolumeAttributesClass)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { required } from '../field-errors.ts';
import type { VolumeAttributesClass } from '../types.ts';
import { fixed, validateParameters, validateProvisioner } from './parameters.ts';

const defaultAnnotation = 'volumeattributesclass.alpha.kubernetes.io/is-default-class';

export const volumeAttributesClasses = defineKind<VolumeAttributesClass>({
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  representations: [
    { group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.VolumeAttributesClass' },
  ],
  columns: [
    {
      ...nameColumn,
      value: ({ metadata }) =>
        `${metadata.name}${metadata.annotations?.[defaultAnnotation] === 'true' ? ' (default)' : ''}`,
    },
    column('DriverName', 'The driver that knows the parameters.', ({ driverName }) => driverName),
    ageColumn,
  ],
  validate: ({ driverName, parameters }, old) => [
    ...(old ? fixed('driverName', driverName, old.driverName) : []),
    ...(old ? fixed('parameters', parameters, old.parameters) : []),
    ...validateProvisioner('driverName', driverName),
    ...validateParameters('parameters', parameters),
    ...(Object.keys(parameters ?? {}).length === 0
      ? [required('parameters', 'must contain at least one key/value pair')]
      : []),
  ],
});
