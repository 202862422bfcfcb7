/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (validateResourceSliceSpec)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { invalid, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { ResourceSlice, resource } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { validateDriver } from '../validation/remote-volumes.ts';
import { validateDns, validatePoolName, validateSet } from './common.ts';
import { placesIn, validateCounters, validateDevice, validatePlaces } from './device-rules.ts';

type Spec = resource.ResourceSliceSpec;

const mostDevices = 128;
const mostSpecialDevices = 64;
const mostCounterSets = 8;

const validatePool = ({ name, resourceSliceCount = 0, generation = 0 }: Spec['pool']): FieldError[] => [
  ...validatePoolName('spec.pool.name', name),
  ...(resourceSliceCount > 0
    ? []
    : [invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero')]),
  ...(generation < 0 ? [invalid('spec.pool.generation', generation, 'must be greater than or equal to zero')] : []),
];

const exactlyOne = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const unsetOrTrue = 'must be either unset or set to true';

function validatePlacement(spec: Spec): FieldError[] {
  const { nodeSelector, perDeviceNodeSelection: perDevice } = spec;
  const terms = nodeSelector?.nodeSelectorTerms;
  const places = [...placesIn(spec), ...(perDevice ? ['`perDeviceNodeSelection`'] : [])];
  return [
    ...validatePlaces('spec', spec, 'must be either unset or set to a non-empty string'),
    ...(nodeSelector && terms?.length !== 1
      ? [invalid('spec.nodeSelector.nodeSelectorTerms', terms ?? null, 'must have exactly one node selector term')]
      : []),
    ...(perDevice === false ? [invalid('spec.perDeviceNodeSelection', perDevice, unsetOrTrue)] : []),
    ...(places.length === 0 ? [required('spec', exactlyOne)] : []),
    ...(places.length > 1
      ? [invalid('spec', `{${places.join(', ')}}`, `${exactlyOne}, but multiple fields are set`)]
      : []),
  ];
}

function validateDevices({ devices = [], perDeviceNodeSelection = false }: Spec): FieldError[] {
  const special = devices.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  return validateSet('spec.devices', devices, {
    most: special ? mostSpecialDevices : mostDevices,
    key: ({ name }) => name,
    validate: (at, device) => validateDevice(at, device, perDeviceNodeSelection),
  });
}

const validateUpdate = (spec: Spec, old: Spec): FieldError[] => [
  ...validateKept('spec.pool.name', spec.pool.name, old.pool.name),
  ...validateKept('spec.driver', spec.driver, old.driver),
  ...validateKept('spec.nodeName', spec.nodeName, old.nodeName),
];

const validateSpec = (spec: Spec, old: Spec | undefined): FieldError[] => [
  ...validateDriver('spec.driver', spec.driver ?? ''),
  ...validatePool(spec.pool),
  ...(old ? validateUpdate(spec, old) : []),
  ...validatePlacement(spec),
  ...(spec.sharedCounters && spec.devices
    ? [invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed')]
    : []),
  ...validateDevices(spec),
  ...validateSet('spec.sharedCounters', spec.sharedCounters ?? [], {
    most: mostCounterSets,
    key: ({ name }) => name,
    validate: (at, { name, counters }) => [
      ...(name ? validateDns(`${at}.name`, name) : [required(`${at}.name`)]),
      ...validateCounters(`${at}.counters`, counters),
    ],
  }),
];

export const resourceSlices = defineKind<ResourceSlice>({
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  representations: [{ group: 'resource.k8s.io', version: 'v1', definition: 'io.k8s.api.resource.v1.ResourceSlice' }],
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Node', 'The node that has the devices.', ({ spec }) => spec.nodeName ?? ''),
    column('Driver', 'The driver that offers them.', ({ spec }) => spec.driver ?? ''),
    column('Pool', 'The pool that they are part of.', ({ spec }) => spec.pool?.name ?? ''),
    ageColumn,
  ],
  fieldSelectors: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver ?? '',
  },
  default(slice) {
    slice.spec ??= { driver: '', pool: { generation: 0, name: '', resourceSliceCount: 0 } };
    slice.spec.pool ??= { generation: 0, name: '', resourceSliceCount: 0 };
  },
  /**
   * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/v1/defaults.go
   * (SetDefaults_DeviceTaint)
   */
  stamp({ spec }, { now }) {
    for (const { taints = [] } of spec.devices ?? []) for (const taint of taints) taint.timeAdded ??= now;
  },
  validate: ({ spec }, old) => validateSpec(spec, old?.spec),
});
