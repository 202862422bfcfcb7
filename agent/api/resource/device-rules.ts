/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (validateDevice)
 */
import { duplicate, forbidden, invalid, invalidBy, notSupported, required, tooLong, tooMany } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkLabelKey, checkLabelValue } from '../names.ts';
import type { core, resource } from '../types.ts';
import { bytesOf } from '../utf8.ts';
import { validateNodeSelector } from '../validation/scheduling.ts';
import { taintEffects } from './claim-rules.ts';
import { validateDns, validateList, validateQualifiedName, validateSet } from './common.ts';

type Device = resource.Device;
type Attribute = NonNullable<Device['attributes']>[string];
type Taint = NonNullable<Device['taints']>[number];
type Counters = NonNullable<NonNullable<resource.ResourceSliceSpec['sharedCounters']>[number]['counters']>;

const mostProperties = 32;
const longestValue = 64;
const mostTaints = 16;
const mostConsumed = 2;
const mostCounters = 32;
const mostBindings = 4;

const isNumber = (part: string): boolean => /^(?:0|[1-9]\d*)$/.test(part);
const isIdentifier = (part: string): boolean => /^[0-9a-zA-Z-]+$/.test(part);
/** A number has no leading zeros. */
const isPreRelease = (part: string): boolean => isIdentifier(part) && (isNumber(part) || /\D/.test(part));

/** https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions */
function isSemanticVersion(text: string): boolean {
  const [version = '', ...builds] = text.split('+');
  const [core = '', ...rest] = version.split('-');
  const numbers = core.split('.');
  return (
    numbers.length === 3 &&
    numbers.every(isNumber) &&
    (rest.length === 0 || rest.join('-').split('.').every(isPreRelease)) &&
    builds.length <= 1 &&
    builds.every((build) => build.split('.').every(isIdentifier))
  );
}

const validateVersion = (at: string, version: string): FieldError[] => [
  ...(isSemanticVersion(version)
    ? []
    : [invalid(at, version, 'must be a string compatible with semver.org spec 2.0.0')]),
  ...(bytesOf(version) > longestValue ? [tooLong(at, longestValue)] : []),
];

function validateAttribute(at: string, attribute: Attribute): FieldError[] {
  const { bool, int, string: text, version } = attribute;
  const given = [bool, int, text, version].filter((each) => each !== undefined).length;
  return [
    ...(text !== undefined && bytesOf(text) > longestValue ? [tooLong(`${at}.string`, longestValue)] : []),
    ...(version === undefined ? [] : validateVersion(`${at}.version`, version)),
    ...(given === 1 ? [] : [invalid(at, given === 0 ? '' : attribute, 'exactly one value must be specified')]),
  ];
}

const longestKey = 63 + 1 + 32;

/** As upstream shows a key that is too long. */
function shortened(key: string): string {
  if (key.length <= longestKey) return key;
  const rest = longestKey - '...'.length;
  return `${key.slice(0, Math.ceil(rest / 2))}...${key.slice(key.length - Math.floor(rest / 2))}`;
}

function validateProperties(path: string, device: Device): FieldError[] {
  const attributes = Object.entries(device.attributes ?? {});
  const capacity = Object.entries(device.capacity ?? {});
  const count = attributes.length + capacity.length;
  const many = `the total number of attributes and capacities must not exceed ${mostProperties}`;
  return [
    ...(count > mostProperties ? [invalid(path, count, many)] : []),
    ...attributes.flatMap(([name, attribute]) => {
      const at = `${path}.attributes[${shortened(name)}]`;
      return [...validateQualifiedName(at, name), ...validateAttribute(at, attribute)];
    }),
    ...capacity.flatMap(([name, { requestPolicy }]) => {
      const at = `${path}.capacity[${shortened(name)}]`;
      const alone = requestPolicy && !device.allowMultipleAllocations;
      return [
        ...validateQualifiedName(at, name),
        ...(alone ? [forbidden(`${at}.requestPolicy`, 'allowMultipleAllocations must be true')] : []),
      ];
    }),
  ];
}

const validateTaint = (at: string, { key, value, effect }: Taint): FieldError[] => [
  ...invalidBy(`${at}.key`, key, checkLabelKey),
  ...(value ? invalidBy(`${at}.value`, value, checkLabelValue) : []),
  ...(effect ? [] : [required(`${at}.effect`)]),
  ...(effect && !taintEffects.includes(effect) ? [notSupported(`${at}.effect`, effect, taintEffects)] : []),
];

export function validateCounters(path: string, counters: Counters | undefined): FieldError[] {
  const names = Object.keys(counters ?? {});
  if (names.length === 0) return [required(path)];
  if (names.length > mostCounters) return [tooMany(path, names.length, mostCounters)];
  return names.flatMap((name) => invalidBy(`${path}[${name}]`, name, checkDns1123Label));
}

const validateConsumed = (path: string, device: Device): FieldError[] =>
  validateSet(`${path}.consumesCounters`, device.consumesCounters ?? [], {
    most: mostConsumed,
    key: ({ counterSet }) => counterSet,
    validate: (at, { counterSet, counters }) => [
      ...(counterSet ? validateDns(`${at}.counterSet`, counterSet) : [required(`${at}.counterSet`)]),
      ...validateCounters(`${at}.counters`, counters),
    ],
  });

export interface Placement {
  nodeName?: string;
  nodeSelector?: core.NodeSelector;
  allNodes?: boolean;
}

/** `empty` is said of a node without a name. */
export const validatePlaces = (path: string, { nodeName, nodeSelector, allNodes }: Placement, empty: string) => [
  ...(nodeName === '' ? [invalid(`${path}.nodeName`, nodeName, empty)] : []),
  ...(nodeName ? invalidBy(`${path}.nodeName`, nodeName, checkDns1123Subdomain) : []),
  ...(nodeSelector ? validateNodeSelector(`${path}.nodeSelector`, nodeSelector) : []),
  ...(allNodes === false ? [invalid(`${path}.allNodes`, allNodes, 'must be either unset or set to true')] : []),
];

export const placesIn = ({ nodeName, nodeSelector, allNodes }: Placement): string[] => [
  ...(nodeName ? ['`nodeName`'] : []),
  ...(nodeSelector ? ['`nodeSelector`'] : []),
  ...(allNodes ? ['`allNodes`'] : []),
];

function validatePlacement(path: string, device: Device, perDevice: boolean): FieldError[] {
  const places = placesIn(device);
  if (!perDevice) {
    const { nodeName, nodeSelector, allNodes } = device;
    const none = nodeName === undefined && nodeSelector === undefined && allNodes === undefined;
    const only =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return none ? [] : [invalid(path, null, only)];
  }
  const exactlyOne =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  return [
    ...validatePlaces(path, device, 'must not be empty'),
    ...(places.length === 0 ? [required(path, exactlyOne)] : []),
    ...(places.length > 1 ? [invalid(path, `{${places.join(', ')}}`, exactlyOne)] : []),
  ];
}

/** Conditions that a device must, and must not, have before a pod is bound. */
function validateBinding(path: string, { bindingConditions = [], bindingFailureConditions = [] }: Device) {
  const [needs, fails] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`];
  const repeated = (at: string, given: readonly string[]) =>
    given.flatMap((each, index) => (given.indexOf(each) < index ? [duplicate(`${at}[${index}]`, each)] : []));
  const check = (at: string, given: readonly string[]) =>
    validateList(at, given, mostBindings, (place, each) => invalidBy(place, each, checkLabelKey));
  const overlap = 'bindingFailureConditions must not overlap with bindingConditions';
  const [some, more] = [bindingConditions.length, bindingFailureConditions.length];
  return [
    ...check(needs, bindingConditions),
    ...check(fails, bindingFailureConditions),
    ...repeated(needs, bindingConditions),
    ...repeated(fails, bindingFailureConditions),
    ...bindingFailureConditions.flatMap((each, index) =>
      bindingConditions.includes(each) ? [invalid(`${fails}[${index}]`, each, overlap)] : [],
    ),
    ...(some === 0 && more > 0
      ? [invalid(needs, bindingConditions, 'bindingConditions are required to use bindingFailureConditions')]
      : []),
    ...(more === 0 && some > 0
      ? [invalid(fails, bindingFailureConditions, 'bindingFailureConditions are required to use bindingConditions')]
      : []),
  ];
}

/** `perDevice`: each device of the slice says where it is. */
export const validateDevice = (path: string, device: Device, perDevice: boolean): FieldError[] => [
  ...validateDns(`${path}.name`, device.name),
  ...validateProperties(path, device),
  ...validateList(`${path}.taints`, device.taints ?? [], mostTaints, validateTaint),
  ...validateConsumed(path, device),
  ...validatePlacement(path, device, perDevice),
  ...validateBinding(path, device),
];
