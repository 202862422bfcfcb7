/**
 * Validation of what volumes are made of.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateProjectionSources, validateKeyToPath)
 */
import { forbidden, invalid, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { validateFile } from './downward-api.ts';
import { validateLocalPath, validateMode } from './paths.ts';

type Item = NonNullable<core.SecretVolumeSource['items']>[number];

function validateItem(at: string, { key, path, mode }: Item): FieldError[] {
  const errors = validateLocalPath(`${at}.path`, path ?? '');
  if (!path) errors.unshift(required(`${at}.path`));
  if (!key) errors.unshift(required(`${at}.key`));
  if (mode !== undefined) errors.push(...validateMode(`${at}.mode`, mode));
  return errors;
}

export const validateItems = (path: string, items: readonly Item[] = []): FieldError[] =>
  items.flatMap((item, index) => validateItem(`${path}.items[${index}]`, item));

const leastLifetime = 10 * 60;
const mostLifetime = 2 ** 32;

type Token = NonNullable<core.VolumeProjection['serviceAccountToken']>;

/** Upstream names the volume, not the token, where the path is wrong. `at` is that of the volume. */
function validateToken(at: string, source: string, { path, expirationSeconds: lifetime = 3600 }: Token): FieldError[] {
  const field = `${source}.serviceAccountToken.expirationSeconds`;
  const short = 'may not specify a duration less than 10 minutes';
  const long = 'may not specify a duration larger than 2^32 seconds';
  return [
    ...(lifetime < leastLifetime ? [invalid(field, lifetime, short)] : []),
    ...(lifetime > mostLifetime ? [invalid(field, lifetime, long)] : []),
    ...(path ? validateLocalPath(`${at}.path`, path) : [required(`${at}.path`)]),
  ];
}

/** Of the volume: its path, the files that it has already, and the errors so far. */
interface Projected {
  at: string;
  taken: Set<string>;
  errors: FieldError[];
}

/** No two files of a volume have the same path. `shown`: what upstream shows of the second. */
function take({ at, taken, errors }: Projected, path: string, shown: string): void {
  if (!path) return;
  if (taken.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'));
  taken.add(path);
}

function validateKeys(path: string, from: { name?: string; items?: Item[] }, volume: Projected): void {
  const { name = '', items = [] } = from;
  if (!name) volume.errors.push(required(`${path}.name`));
  for (const [index, item] of items.entries()) {
    volume.errors.push(...validateItem(`${path}.items[${index}]`, item));
    take(volume, item.path, name);
  }
}

/** Adds to the volume's errors. */
function validateSource(source: string, projection: core.VolumeProjection, volume: Projected): void {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  if (secret) validateKeys(`${source}.secret`, secret, volume);
  if (configMap) validateKeys(`${source}.configMap`, configMap, volume);
  for (const file of downwardAPI?.items ?? []) {
    volume.errors.push(...validateFile(`${source}.downwardAPI`, file));
    take(volume, file.path, file.path);
  }
  if (serviceAccountToken) volume.errors.push(...validateToken(volume.at, source, serviceAccountToken));
}

/** `at` is the path of the volume's `projected`. */
export function validateProjections(at: string, projections: readonly core.VolumeProjection[]): FieldError[] {
  const volume: Projected = { at, taken: new Set(), errors: [] };
  for (const [index, projection] of projections.entries()) {
    const source = `${at}.sources[${index}]`;
    validateSource(source, projection, volume);
    if (Object.values(projection).filter(Boolean).length <= 1) continue;
    volume.errors.push(forbidden(source, 'may not specify more than 1 volume type per source'));
  }
  return volume.errors;
}
