/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (ValidateDeviceClass)
 */
import { defineKind } from '../define-kind.ts';
import { invalid } from '../field-errors.ts';
import type { DeviceClass } from '../types.ts';
import { isExtended } from '../validation/resources.ts';
import { mostConfigurations, validateConfiguration, validateList, validateSelectors } from './common.ts';

export const deviceClasses = defineKind<DeviceClass>({
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  namespaced: false,
  representations: [{ group: 'resource.k8s.io', version: 'v1', definition: 'io.k8s.api.resource.v1.DeviceClass' }],
  hasGeneration: true,
  default(deviceClass) {
    deviceClass.spec ??= {};
  },
  validate: ({ spec: { selectors, config = [], extendedResourceName: extended } }) => [
    ...validateSelectors('spec.selectors', selectors),
    ...validateList('spec.config', config, mostConfigurations, validateConfiguration),
    ...(extended !== undefined && !isExtended(extended)
      ? [invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name')]
      : []),
  ],
});
