/**
 * Fields with a feature gate. While the gate is off (feature-gates.ts), upstream's strategies drop them, unless the
 * stored object uses the feature already. A further kind adds its rows.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/pod/util.go (DropDisabledPodFields)
 */

import { isObject } from '../json/value.ts';
import { own } from '../own.ts';
import { type FeatureGate, isEnabled } from './feature-gates.ts';
import type { Definitions, Schema } from './schema.ts';

interface GatedField {
  definition: string;
  field: string;
  gate: FeatureGate;
  /** An object that has nothing else goes as well. */
  withObject?: boolean;
}

const core = 'io.k8s.api.core.v1';
const apps = 'io.k8s.api.apps.v1';
const coordination = 'io.k8s.api.coordination.v1';
const resource = 'io.k8s.api.resource.v1';
const storage = 'io.k8s.api.storage.v1';

const gatedFields: readonly GatedField[] = [
  { definition: `${core}.PodSpec`, field: 'schedulingGroup', gate: 'GenericWorkload' },
  {
    definition: `${core}.PodStatus`,
    field: 'nodeAllocatableResourceClaimStatuses',
    gate: 'DRANodeAllocatableResources',
  },
  { definition: `${core}.VolumeMountStatus`, field: 'volumeStatus', gate: 'ImageVolumeWithDigest' },
  { definition: `${core}.VolumeProjection`, field: 'clusterTrustBundle', gate: 'ClusterTrustBundleProjection' },
  { definition: `${core}.VolumeProjection`, field: 'podCertificate', gate: 'PodCertificateRequest' },
  { definition: `${core}.Lifecycle`, field: 'stopSignal', gate: 'ContainerStopSignals', withObject: true },
  { definition: `${core}.ContainerStatus`, field: 'stopSignal', gate: 'ContainerStopSignals' },
  {
    definition: `${apps}.RollingUpdateStatefulSetStrategy`,
    field: 'maxUnavailable',
    gate: 'MaxUnavailableStatefulSet',
  },
  { definition: `${coordination}.LeaseSpec`, field: 'strategy', gate: 'CoordinatedLeaderElection' },
  { definition: `${coordination}.LeaseSpec`, field: 'preferredHolder', gate: 'CoordinatedLeaderElection' },
  ...['ints', 'bools', 'strings', 'versions'].map(
    (field): GatedField => ({ definition: `${resource}.DeviceAttribute`, field, gate: 'DRAListTypeAttributes' }),
  ),
  {
    definition: `${resource}.Device`,
    field: 'nodeAllocatableResourceMappings',
    gate: 'DRANodeAllocatableResources',
  },
  { definition: `${storage}.CSIDriverSpec`, field: 'preventPodSchedulingIfMissing', gate: 'VolumeLimitScaling' },
];

export const disabledFields = gatedFields.filter(({ gate }) => !isEnabled(gate));

/** The way through an object to its disabled fields, and nowhere else. */
interface Route {
  rows: readonly GatedField[];
  parts: readonly { field: string; shape: 'one' | 'list' | 'map'; route: Route }[];
}

const shapeOf = ({ items, additionalProperties }: Schema): 'one' | 'list' | 'map' =>
  items ? 'list' : additionalProperties ? 'map' : 'one';

/** Undefined where no disabled field is below. A definition that contains itself is followed once. */
function routeOf(definitions: Definitions, definition: string, above: ReadonlySet<string>): Route | undefined {
  if (above.has(definition)) return undefined;
  const inside = new Set([...above, definition]);
  const parts = Object.entries(definitions[definition]?.properties ?? {}).flatMap(([field, schema]) => {
    const target = schema.$ref ?? schema.items?.$ref ?? schema.additionalProperties?.$ref;
    const route = target === undefined ? undefined : routeOf(definitions, target, inside);
    return route ? [{ field, shape: shapeOf(schema), route }] : [];
  });
  const rows = disabledFields.filter((row) => row.definition === definition);
  return rows.length + parts.length > 0 ? { rows, parts } : undefined;
}

interface Part {
  field: string;
  object: Record<string, unknown>;
  route: Route;
}

/** The objects right below, of which those in lists and maps are many under one field. */
const partsIn = (object: Record<string, unknown>, { parts }: Route): Part[] =>
  parts.flatMap(({ field, shape, route }) => {
    const value = own(object, field);
    const values = shape === 'one' ? [value] : typeof value === 'object' && value !== null ? Object.values(value) : [];
    return values.filter(isObject).map((each) => ({ field, object: each, route }));
  });

const rowsSet = (object: Record<string, unknown>, { rows }: Route): GatedField[] =>
  rows.filter(({ field }) => own(object, field) !== undefined);

const gatesUsed = (object: Record<string, unknown>, route: Route): string[] => [
  ...rowsSet(object, route).map(({ gate }) => gate),
  ...partsIn(object, route).flatMap((part) => gatesUsed(part.object, part.route)),
];

const isAnySet = (values: Iterable<unknown>, route: Route): boolean => {
  for (const value of values) if (isObject(value) && isSet(value, route)) return true;
  return false;
};

/** Whether a disabled field is there. Asked on every write, and nearly always false: the walk makes nothing. */
function isSet(object: Record<string, unknown>, { rows, parts }: Route): boolean {
  for (const { field } of rows) if (own(object, field) !== undefined) return true;
  for (const { field, shape, route } of parts) {
    const value = own(object, field);
    if (typeof value !== 'object' || value === null) continue;
    if (shape === 'one') {
      if (isObject(value) && isSet(value, route)) return true;
    } else if (isAnySet(Array.isArray(value) ? value : Object.values(value), route)) return true;
  }
  return false;
}

/** True: nothing is left, and the object is to go too. */
function drop(object: Record<string, unknown>, route: Route, kept: ReadonlySet<string>): boolean {
  for (const part of partsIn(object, route)) if (drop(part.object, part.route, kept)) delete object[part.field];
  const dropped = rowsSet(object, route).filter(({ gate }) => !kept.has(gate));
  for (const { field } of dropped) delete object[field];
  return dropped.some(({ withObject }) => withObject) && Object.keys(object).length === 0;
}

/** Changes `object` in place. `old` is the stored object, undefined on creation. */
export type DropDisabled = (object: Record<string, unknown>, old: Record<string, unknown> | undefined) => void;

/**
 * What drops, in place, the disabled fields of an object of this definition, except of features that `old` uses.
 * Undefined where the definition has none.
 */
export function createDropDisabled(definitions: Definitions, definition: string): DropDisabled | undefined {
  const route = routeOf(definitions, definition, new Set());
  if (!route) return undefined;
  return (object, old) => {
    if (isSet(object, route)) drop(object, route, new Set(old ? gatesUsed(old, route) : []));
  };
}
