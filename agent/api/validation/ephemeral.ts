/**
 * Validation of the containers that `kubectl debug` adds to a running pod.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateEphemeralContainers, ValidatePodEphemeralContainersUpdate)
 */
import { duplicate, forbidden, notFound } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { type PodContext, validateCommon, validateImageText } from './container.ts';
import { byName } from './containers-of.ts';

/** In the order of upstream's type, which is that of the errors. */
const misplaced = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;
const unfit = 'cannot be set for an Ephemeral Container';

/** Resources that say nothing are a default. */
const isSet = (container: core.EphemeralContainer, field: (typeof misplaced)[number]): boolean =>
  field === 'resources'
    ? Object.values(container.resources ?? {}).some((each) => each && Object.keys(each).length > 0)
    : container[field] !== undefined;

function validateUnfit(path: string, container: core.EphemeralContainer): FieldError[] {
  const { volumeMounts = [] } = container;
  return [
    ...misplaced.filter((field) => isSet(container, field)).map((field) => forbidden(`${path}.${field}`, unfit)),
    ...volumeMounts.flatMap(({ subPath, subPathExpr }, index) => [
      ...(subPath ? [forbidden(`${path}.volumeMounts[${index}].subPath`, unfit)] : []),
      ...(subPathExpr ? [forbidden(`${path}.volumeMounts[${index}].subPathExpr`, unfit)] : []),
    ]),
  ];
}

export function validateEphemeralContainers(path: string, spec: core.PodSpec, pod: PodContext): FieldError[] {
  if (!spec.ephemeralContainers?.length) return [];
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const taken = new Set(others);
  return spec.ephemeralContainers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const { name, targetContainerName: target } = container;
    const twice = taken.has(name);
    taken.add(name);
    return [
      ...validateCommon(at, container as core.Container, pod),
      ...validateImageText(at, container),
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
): FieldError[] => {
  const present = byName(now);
  return before.flatMap((old) => {
    const found = present.get(old.name);
    if (found && isEqual(found, old)) return [];
    const which = `existing ephemeral containers ${JSON.stringify(old.name)} may not be`;
    // The line end is upstream's; after "changed" it goes on with a difference in Go's words, which we leave out.
    return [forbidden(path, found ? `${which} changed` : `${which} removed\n`)];
  });
};
