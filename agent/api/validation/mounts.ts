/**
 * Validation of volumes in containers.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateVolumeMounts, ValidateVolumeDevices)
 */
import { forbidden, invalid, notFound, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { hasBacksteps, validateDescendingPath } from './paths.ts';

/** The valid volumes of a pod, by name. */
export type Volumes = ReadonlyMap<string, core.Volume>;
type Device = NonNullable<core.Container['volumeDevices']>[number];
type Mounting = Pick<core.Container, 'volumeMounts' | 'volumeDevices' | 'securityContext'>;

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function validatePropagation(path: string, { mountPropagation }: core.VolumeMount, privileged: boolean): FieldError[] {
  if (mountPropagation === undefined) return [];
  if (!propagations.includes(mountPropagation)) return [notSupported(path, mountPropagation, propagations)];
  if (mountPropagation !== 'Bidirectional' || privileged) return [];
  return [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')];
}

function validateRecursiveReadOnly(path: string, mount: core.VolumeMount): FieldError[] {
  const { recursiveReadOnly: mode, readOnly, mountPropagation } = mount;
  if (mode === undefined || mode === 'Disabled') return [];
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    return [notSupported(path, mode, ['Disabled', 'Enabled', 'IfPossible'])];
  }
  const propagates = mountPropagation !== undefined && mountPropagation !== 'None';
  const alone = 'may only be specified when mountPropagation is None or not specified';
  return [
    ...(readOnly ? [] : [forbidden(path, 'may only be specified when readOnly is true')]),
    ...(propagates ? [forbidden(path, alone)] : []),
  ];
}

/** Adds to `errors`. Upstream names the list, not the mount, in what is wrong below it. */
function validateWhatIsMounted(path: string, at: string, mount: core.VolumeMount, errors: FieldError[]): void {
  const { subPath, subPathExpr } = mount;
  const both = 'subPathExpr and subPath are mutually exclusive';
  if (subPath) errors.push(...validateDescendingPath(`${path}.subPath`, subPath));
  if (subPath && subPathExpr) errors.push(invalid(`${at}.subPathExpr`, subPathExpr, both));
  if (subPathExpr) errors.push(...validateDescendingPath(`${path}.subPathExpr`, subPathExpr));
}

/** Where a container has something already: by the name of the volume, and by the path. */
interface Occupied {
  names: Set<string>;
  paths: Set<string>;
}

const nothing: Occupied = { names: new Set(), paths: new Set() };

/** What counts is the last path of each name, as in upstream's map. */
function occupied<T extends { name: string }>(items: readonly T[], pathOf: (item: T) => string): Occupied {
  if (items.length === 0) return nothing;
  const paths = new Map(items.map((item) => [item.name, pathOf(item)]));
  return { names: new Set(paths.keys()), paths: new Set(paths.values()) };
}

/** Adds to `errors`; `paths` is filled. */
function validatePlace(
  at: string,
  { name = '', mountPath = '' }: core.VolumeMount,
  { volumes, devices, paths }: { volumes: Volumes; devices: Occupied; paths: Set<string> },
  errors: FieldError[],
): void {
  if (!name) errors.push(required(`${at}.name`));
  if (!volumes.has(name)) errors.push(notFound(`${at}.name`, name));
  if (!mountPath) errors.push(required(`${at}.mountPath`));
  if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
  paths.add(mountPath);
  if (devices.names.has(name)) errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'));
  if (!devices.paths.has(mountPath)) return;
  errors.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
}

export function validateMounts(path: string, container: Mounting, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [], securityContext } = container;
  if (volumeMounts.length === 0) return [];
  const devices = occupied(volumeDevices, ({ devicePath }) => devicePath);
  const taken = { volumes, devices, paths: new Set<string>() };
  const errors: FieldError[] = [];
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}[${index}]`;
    validatePlace(at, mount, taken, errors);
    validateWhatIsMounted(path, at, mount, errors);
    if (mount.mountPropagation !== undefined) {
      const privileged = securityContext?.privileged === true;
      errors.push(...validatePropagation(`${path}.mountPropagation`, mount, privileged));
    }
    if (mount.recursiveReadOnly !== undefined) {
      errors.push(...validateRecursiveReadOnly(`${path}.recursiveReadOnly`, mount));
    }
  }
  return errors;
}

function validateDevicePath(at: string, { devicePath = '' }: Device, taken: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!devicePath) errors.push(required(at));
  if (taken.has(devicePath)) errors.push(invalid(at, devicePath, 'must be unique'));
  if (hasBacksteps(devicePath)) errors.push(invalid(at, devicePath, "can not contain backsteps ('..')"));
  else taken.add(devicePath);
  return errors;
}

function validateDeviceName(at: string, { name = '' }: Device, taken: Set<string>, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(at));
  if (taken.has(name)) errors.push(invalid(at, name, 'must be unique'));
  const volume = volumes.get(name);
  if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
    const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    errors.push(invalid(at, name, detail));
  }
  if (!volume) errors.push(notFound(at, name));
  if (name) taken.add(name);
  return errors;
}

export function validateDevices(path: string, container: Mounting, volumes: Volumes): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container;
  if (volumeDevices.length === 0) return [];
  const mounts = occupied(volumeMounts, ({ mountPath }) => mountPath);
  const [names, paths] = [new Set<string>(), new Set<string>()];
  return volumeDevices.flatMap((device, index) => {
    const at = `${path}[${index}]`;
    const errors = validateDeviceName(`${at}.name`, device, names, volumes);
    errors.push(...validateDevicePath(`${at}.devicePath`, device, paths));
    if (mounts.names.has(device.name)) {
      errors.push(invalid(`${at}.name`, device.name, 'must not already exist in volumeMounts'));
    }
    if (mounts.paths.has(device.devicePath)) {
      const detail = 'must not already exist as a path in volumeMounts';
      errors.push(invalid(`${at}.devicePath`, device.devicePath, detail));
    }
    return errors;
  });
}
