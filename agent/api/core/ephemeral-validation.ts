/**
 * Validation of the containers that `kubectl debug` adds to a running pod.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateEphemeralContainers, ValidatePodEphemeralContainersUpdate)
 */
import { duplicate, forbidden, notFound } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { validateCommon } from './container-validation.ts';

const misplaced = ['lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'resizePolicy', 'restartPolicy'] as const;
const unfit = 'cannot be set for an Ephemeral Container';

function validateUnfit(path: string, container: core.EphemeralContainer): FieldError[] {
  const { resources = {}, startupProbe, volumeMounts = [] } = container;
  const limited = Object.values(resources).some((each) => each && Object.keys(each).length > 0);
  return [
    ...misplaced.filter((field) => container[field] !== undefined).map((field) => forbidden(`${path}.${field}`, unfit)),
    ...(limited ? [forbidden(`${path}.resources`, unfit)] : []),
    ...(startupProbe ? [forbidden(`${path}.startupProbe`, unfit)] : []),
    ...volumeMounts.flatMap(({ subPath, subPathExpr }, index) => [
      ...(subPath ? [forbidden(`${path}.volumeMounts[${index}].subPath`, unfit)] : []),
      ...(subPathExpr ? [forbidden(`${path}.volumeMounts[${index}].subPathExpr`, unfit)] : []),
    ]),
  ];
}

export function validateEphemeralContainers(
  path: string,
  spec: core.PodSpec,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const taken = new Set(others);
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const { name, targetContainerName: target } = container;
    const twice = taken.has(name);
    taken.add(name);
    return [
      ...validateCommon(at, container as core.Container, volumes),
      ...(twice ? [duplicate(`${at}.name`, name)] : []),
      ...(target && !others.has(target) ? [notFound(`${at}.targetContainerName`, target)] : []),
      ...validateUnfit(at, container),
    ];
  });
}

/** They are only ever added. A patch does not keep their order, so each is looked up by its name. */
export const validateEphemeralUpdate = (
  path: string,
  now: readonly core.EphemeralContainer[] = [],
  before: readonly core.EphemeralContainer[] = [],
): FieldError[] =>
  before.flatMap((old) => {
    const found = now.find(({ name }) => name === old.name);
    if (found && isEqual(found, old)) return [];
    return [forbidden(path, `existing ephemeral containers "${old.name}" may not be ${found ? 'changed' : 'removed'}`)];
  });
