/**
 * The formats of texts that upstream checks; any other says nothing.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/validation/formats.go
 */
import { checkCidr, familyOfAddress } from '../../addresses.ts';
import { checkDns1123Subdomain } from '../../names.ts';

const short = (pattern: RegExp, most: number) => (text: string) => text.length <= most && pattern.test(text);

const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const time = /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

function isDate(text: string): boolean {
  const [, year, month, day] = date.exec(text) ?? [];
  if (!year) return false;
  const parsed = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return parsed.getUTCMonth() === Number(month) - 1 && parsed.getUTCDate() === Number(day);
}

function isUri(text: string): boolean {
  return text.length <= 8192 && (text.startsWith('/') || URL.canParse(text));
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** `version`: the digit that says which kind of identifier it is; undefined where any may be. */
const isUuid = (text: string, version?: string): boolean =>
  text.length <= 36 && uuid.test(text) && (version === undefined || text.replaceAll('-', '')[12] === version);

const checks: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  'date-time': (text) => text.length <= 64 && time.test(text) && isDate(text.slice(0, 10)),
  datetime: (text) => text.length <= 64 && time.test(text) && isDate(text.slice(0, 10)),
  duration: short(/^\s*-?(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w)\s*)+$/, 64),
  email: short(/^[^\s@<>]+@[^\s@<>]+$/, 320),
  hostname: (text) => text.length <= 253 && checkDns1123Subdomain(text.toLowerCase()).length === 0,
  ipv4: (text) => familyOfAddress(text) === 'IPv4',
  ipv6: (text) => familyOfAddress(text) === 'IPv6',
  cidr: (text) => checkCidr(text).length === 0,
  mac: short(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i, 17),
  uri: isUri,
  uuid: (text) => isUuid(text),
  uuid3: (text) => isUuid(text, '3'),
  uuid4: (text) => isUuid(text, '4'),
  uuid5: (text) => isUuid(text, '5'),
  byte: (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  hexcolor: short(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i, 7),
  password: () => true,
};

const others = new Set(['int32', 'int64', 'float', 'double', 'bsonobjectid', 'isbn', 'isbn10', 'isbn13', 'creditcard']);
const labels = new Set(['ssn', 'rgbcolor', 'k8s-short-name', 'k8s-long-name', 'int-or-string']);

export const isKnownFormat = (format: string): boolean =>
  Object.hasOwn(checks, format) || others.has(format) || labels.has(format);

/** True where nothing is known of the format. */
export const hasFormat = (text: string, format: string): boolean =>
  !Object.hasOwn(checks, format) || checks[format]?.(text) === true;
