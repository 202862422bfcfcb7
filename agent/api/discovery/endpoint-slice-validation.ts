/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/discovery/validation/validation.go
 * (ValidateEndpointSlice)
 */
import type { Family } from '../addresses.ts';
import { checkEndpointIpOf } from '../endpoint-address.ts';
import { duplicate, immutable, invalid, invalidBy, notSupported, oneOf, required, tooMany } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkQualifiedName,
  fullyQualifiedProblem,
} from '../names.ts';
import { validateLabels } from '../selector-validation.ts';
import type { discovery, EndpointSlice } from '../types.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const most = { endpoints: 1000, addresses: 100, ports: 20_000, labels: 16, zones: 8, nodes: 8 };

const isFamily = (type: string): type is Family => type === 'IPv4' || type === 'IPv6';

function validateName(path: string, name: string): FieldError[] {
  const problem = fullyQualifiedProblem(name);
  if (name === '') return [required(path)];
  return problem ? [invalid(path, problem.value, problem.detail)] : [];
}

function validateAddress(path: string, address: string, type: string): FieldError[] {
  if (isFamily(type)) return invalidBy(path, address, checkEndpointIpOf(type));
  return type === 'FQDN' ? validateName(path, address) : [];
}

function validateAddresses(path: string, addresses: readonly string[], type: string): FieldError[] {
  const count = addresses.length;
  const errors = addresses.flatMap((address, index) => validateAddress(`${path}[${index}]`, address, type));
  if (count === 0) return [required(path, 'must contain at least 1 address')];
  return count > most.addresses ? [tooMany(path, count, most.addresses), ...errors] : errors;
}

type Hints = NonNullable<discovery.Endpoint['hints']>;

/** Each of a list once. */
function validateEach(
  path: string,
  items: readonly { name: string }[],
  limit: number,
  check: (name: string) => string[],
): FieldError[] {
  if (items.length > limit) return [tooMany(path, items.length, limit)];
  const seen = new Set<string>();
  return items.flatMap(({ name }, index) => {
    const at = `${path}[${index}].name`;
    const twice = seen.has(name);
    seen.add(name);
    return [...(twice ? [duplicate(at, name)] : []), ...invalidBy(at, name, check)];
  });
}

const validateHints = (path: string, { forZones = [], forNodes = [] }: Hints): FieldError[] => [
  ...validateEach(`${path}.forZones`, forZones, most.zones, checkLabelValue),
  ...validateEach(`${path}.forNodes`, forNodes, most.nodes, checkDns1123Subdomain),
];

function validateEndpoint(path: string, endpoint: discovery.Endpoint, type: string): FieldError[] {
  const { addresses = [], deprecatedTopology = {}, nodeName, hostname, hints } = endpoint;
  const labels = Object.keys(deprecatedTopology);
  const topology = `${path}.deprecatedTopology`;
  return [
    ...validateAddresses(`${path}.addresses`, addresses, type),
    ...(nodeName === undefined ? [] : invalidBy(`${path}.nodeName`, nodeName, checkDns1123Subdomain)),
    ...(labels.length > most.labels ? [tooMany(topology, labels.length, most.labels)] : []),
    ...validateLabels(topology, deprecatedTopology),
    ...(hostname === undefined ? [] : invalidBy(`${path}.hostname`, hostname, checkDns1123Label)),
    ...(hints ? validateHints(`${path}.hints`, hints) : []),
  ];
}

function validateEndpoints(path: string, endpoints: readonly discovery.Endpoint[], type: string): FieldError[] {
  if (endpoints.length > most.endpoints) return [tooMany(path, endpoints.length, most.endpoints)];
  return endpoints.flatMap((endpoint, index) => validateEndpoint(`${path}[${index}]`, endpoint, type));
}

type Ports = NonNullable<EndpointSlice['ports']>;

function validatePorts(path: string, ports: Ports): FieldError[] {
  if (ports.length > most.ports) return [tooMany(path, ports.length, most.ports)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, port, appProtocol }, index) => {
    const at = `${path}[${index}]`;
    const twice = names.has(name);
    names.add(name);
    return [
      ...(name ? invalidBy(`${at}.name`, name, checkDns1123Label) : []),
      ...(twice ? [duplicate(`${at}.name`, name)] : []),
      ...(protocol ? oneOf(`${at}.protocol`, protocol, protocols) : [required(`${at}.protocol`)]),
      ...(port !== undefined && (port < 1 || port > 65535)
        ? [invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive')]
        : []),
      ...(appProtocol === undefined ? [] : invalidBy(`${at}.appProtocol`, appProtocol, checkQualifiedName)),
    ];
  });
}

function validateType(type: string | undefined): FieldError[] {
  if (!type) return [required('addressType')];
  return addressTypes.includes(type) ? [] : [notSupported('addressType', type, addressTypes)];
}

/** Endpoints that are stored are valid: they were judged by the rules of their time. */
export function validateEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const { addressType, endpoints, ports } = slice;
  return [
    ...validateType(addressType),
    ...(isEqual(endpoints, old?.endpoints) ? [] : validateEndpoints('endpoints', endpoints ?? [], addressType)),
    ...validatePorts('ports', ports ?? []),
    ...(old && old.addressType !== addressType ? [invalid('addressType', addressType, immutable)] : []),
  ];
}
