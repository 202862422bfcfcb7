/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateServicePort)
 */
import { duplicate, forbidden, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkPortNumber, checkQualifiedName } from '../names.ts';
import type { core } from '../types.ts';
import { protocols } from './container.ts';
import { validatePort as validatePortReference } from './handlers.ts';
import { internalPortKey } from './internal-types.ts';

type Port = core.ServicePort;

/** Adds to `errors`; `names` is filled. */
function validatePort(path: string, port: Port, mustBeNamed: boolean, names: Set<string>, errors: FieldError[]): void {
  const { name, protocol, targetPort, appProtocol } = port;
  const number = port.port ?? 0;
  if (name) {
    errors.push(...invalidBy(`${path}.name`, name, checkDns1123Label));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  } else if (mustBeNamed) errors.push(required(`${path}.name`));
  for (const detail of checkPortNumber(number)) errors.push(invalid(`${path}.port`, number, detail));
  if (!protocol) errors.push(required(`${path}.protocol`));
  else if (!protocols.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, protocols));
  errors.push(...validatePortReference(`${path}.targetPort`, targetPort));
  if (appProtocol !== undefined) errors.push(...invalidBy(`${path}.appProtocol`, appProtocol, checkQualifiedName));
}

export function validateEachPort({ ports = [] }: core.ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    validatePort(`spec.ports[${index}]`, port, ports.length > 1, names, errors);
  }
  return errors;
}

/** The second of two that are the same is refused. */
function validateTwice(ports: readonly Port[], field: 'nodePort' | 'port'): FieldError[] {
  if (ports.length < 2) return [];
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const number = port[field] ?? 0;
    if (number === 0 && field === 'nodePort') return [];
    const key = `${port.protocol}/${number}`;
    const twice = seen.has(key);
    seen.add(key);
    if (!twice) return [];
    const path = `spec.ports[${index}]`;
    return [field === 'nodePort' ? duplicate(`${path}.nodePort`, number) : duplicate(path, internalPortKey(port))];
  });
}

/** What ports ask of each other and of the type; upstream reports it after the type. */
export function validatePortsTogether({ ports = [], type }: core.ServiceSpec): FieldError[] {
  const misplaced = "may not be used when `type` is 'ClusterIP'";
  const isInside = type === 'ClusterIP';
  return [
    ...ports.flatMap(({ nodePort }, index) =>
      isInside && nodePort ? [forbidden(`spec.ports[${index}].nodePort`, misplaced)] : [],
    ),
    ...validateTwice(ports, 'nodePort'),
    ...validateTwice(ports, 'port'),
  ];
}
