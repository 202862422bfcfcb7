/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go */
import { duplicate, invalid, invalidBy, required, tooLong, tooMany } from '../field-errors.ts';
import { isObject } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkIdentifier } from '../names.ts';
import type { resource } from '../types.ts';
import { bytesOf } from '../utf8.ts';
import { validateDriver } from '../validation/remote-volumes.ts';

const longestPool = 253;
const longestId = 32;
const longestParameters = 10 * 1024;
const mostSelectors = 32;
const longestExpression = 10 * 1024;
export const mostConfigurations = 32;
export const mostRequests = 32;

/** Of a list that is too long, nothing else is said. */
export function validateList<Item>(
  path: string,
  items: readonly Item[],
  most: number,
  validate: (at: string, item: Item) => FieldError[],
): FieldError[] {
  if (items.length > most) return [tooMany(path, items.length, most)];
  return items.flatMap((item, index) => validate(`${path}[${index}]`, item));
}

interface SetRules<Item> {
  most: number;
  key(item: Item): string;
  validate(at: string, item: Item): FieldError[];
}

/** The same, where each item must be there once. */
export function validateSet<Item>(path: string, items: readonly Item[], { most, key, validate }: SetRules<Item>) {
  const keys = items.map(key);
  if (items.length > most) return [tooMany(path, items.length, most)];
  return [
    ...validateList(path, items, most, validate),
    ...keys.flatMap((each, index) => (keys.indexOf(each) < index ? [duplicate(`${path}[${index}]`, each)] : [])),
  ];
}

export const validateDns = (at: string, name: string): FieldError[] => invalidBy(at, name, checkDns1123Label);

export function validatePoolName(at: string, name: string | undefined): FieldError[] {
  if (!name) return [required(at)];
  return [
    ...(name.length > longestPool ? [tooLong(at, longestPool)] : []),
    ...name.split('/').flatMap((part) => invalidBy(at, part, checkDns1123Subdomain)),
  ];
}

const validateIdentifier = (at: string, text: string): FieldError[] => [
  ...(text.length > longestId ? [tooLong(at, longestId)] : []),
  ...invalidBy(at, text, checkIdentifier),
];

/** `name` or `example.com/name`. Upstream lets pass what has more slashes. */
export function validateQualifiedName(at: string, name: string): FieldError[] {
  const [domain = '', id, ...more] = name.split('/');
  if (more.length > 0) return [];
  if (id === undefined) return validateIdentifier(at, domain);
  return [
    ...(domain ? validateDriver(at, domain) : [invalid(at, '', 'the domain must not be empty')]),
    ...(id ? validateIdentifier(at, id) : [invalid(at, '', 'the name must not be empty')]),
  ];
}

export const validateFullyQualifiedName = (at: string, name: string): FieldError[] => [
  ...validateQualifiedName(at, name),
  ...(name.includes('/')
    ? []
    : [invalid(at, name, 'a fully qualified name must be a domain and a name separated by a slash')]),
];

/** Any JSON object, as its driver understands it. */
export function validateFreeForm(at: string, value: unknown): FieldError[] {
  if (value === undefined || value === null) return [required(at)];
  if (bytesOf(JSON.stringify(value)) > longestParameters) return [tooLong(at, longestParameters)];
  return isObject(value) ? [] : [invalid(at, '<value omitted>', 'must be a valid JSON object')];
}

export function validateConfiguration(path: string, { opaque }: { opaque?: resource.OpaqueDeviceConfiguration }) {
  if (!opaque) return [required(`${path}.opaque`)];
  return [
    ...validateDriver(`${path}.opaque.driver`, opaque.driver ?? ''),
    ...validateFreeForm(`${path}.opaque.parameters`, opaque.parameters),
  ];
}

export const validateSelectors = (path: string, selectors: readonly resource.DeviceSelector[] = []): FieldError[] =>
  validateList(path, selectors, mostSelectors, (at, { cel }) => {
    if (!cel) return [required(`${at}.cel`)];
    const { expression = '' } = cel;
    return bytesOf(expression) > longestExpression ? [tooLong(`${at}.cel.expression`, longestExpression)] : [];
  });
