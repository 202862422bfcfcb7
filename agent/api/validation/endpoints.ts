/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateEndpoints)
 */
import { checkIp } from '../addresses.ts';
import { checkReachable } from '../endpoint-address.ts';
import { invalid, invalidBy, invalidIfGiven, oneOf, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkPortNumber, checkQualifiedName } from '../names.ts';
import type { core, Endpoints } from '../types.ts';
import { protocols } from './container.ts';

const validateAddresses = (path: string, addresses: readonly core.EndpointAddress[]): FieldError[] =>
  addresses.flatMap(({ ip, hostname, nodeName }, index) => {
    const at = `${path}[${index}]`;
    return [
      ...invalidBy(`${at}.ip`, ip ?? '', checkIp),
      ...invalidIfGiven(`${at}.hostname`, hostname, checkDns1123Label),
      ...(nodeName === undefined ? [] : invalidBy(`${at}.nodeName`, nodeName, checkDns1123Subdomain)),
      ...invalidBy(`${at}.ip`, ip ?? '', checkReachable),
    ];
  });

type Port = NonNullable<core.EndpointSubset['ports']>[number];

function validatePort(path: string, { name, port, protocol, appProtocol }: Port, named: boolean): FieldError[] {
  return [
    ...(named && !name ? [required(`${path}.name`)] : []),
    ...invalidIfGiven(`${path}.name`, name, checkDns1123Label),
    ...checkPortNumber(port ?? 0).map((detail) => invalid(`${path}.port`, port ?? 0, detail)),
    ...(protocol ? oneOf(`${path}.protocol`, protocol, protocols) : [required(`${path}.protocol`)]),
    ...(appProtocol === undefined ? [] : invalidBy(`${path}.appProtocol`, appProtocol, checkQualifiedName)),
  ];
}

const validateSubset = (path: string, subset: core.EndpointSubset): FieldError[] => {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const none = addresses.length + notReadyAddresses.length === 0;
  return [
    ...(none ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...validateAddresses(`${path}.addresses`, addresses),
    ...validateAddresses(`${path}.notReadyAddresses`, notReadyAddresses),
    ...ports.flatMap((port, index) => validatePort(`${path}.ports[${index}]`, port, ports.length > 1)),
  ];
};

/** Subsets that are stored are valid: they were judged by the rules of their time. */
export const validateEndpoints = ({ subsets }: Endpoints, old?: Endpoints): FieldError[] =>
  old && isEqual(subsets, old.subsets)
    ? []
    : (subsets ?? []).flatMap((subset, index) => validateSubset(`subsets[${index}]`, subset));
