/**
 * Validation of what volumes are made of.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateProjectionSources, validateKeyToPath)
 */
import { forbidden, invalid, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { validateFile } from './downward-api.ts';
import { validateLocalPath, validateMode } from './paths.ts';

type Item = NonNullable<core.SecretVolumeSource['items']>[number];

export const validateItems = (path: string, items: readonly Item[] = []): FieldError[] =>
  items.flatMap(({ key, path: file, mode }, index) => {
    const at = `${path}.items[${index}]`;
    return [
      ...requiredText(`${at}.key`, key),
      ...requiredText(`${at}.path`, file),
      ...validateLocalPath(`${at}.path`, file ?? ''),
      ...validateMode(`${at}.mode`, mode),
    ];
  });

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

/** No two files of a volume have the same path; `taken` is filled. */
const validateFree = (
  at: string,
  files: readonly { path: string; shown: string }[],
  taken: Set<string>,
): FieldError[] =>
  files.flatMap(({ path, shown }) => {
    if (!path) return [];
    const twice = taken.has(path);
    taken.add(path);
    return twice ? [invalid(at, shown, 'conflicting duplicate paths')] : [];
  });

function validateSource(
  at: string,
  source: string,
  projection: core.VolumeProjection,
  taken: Set<string>,
): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = projection;
  const ofItems = (field: string, from: { name?: string; items?: Item[] } | undefined) =>
    from
      ? [
          ...requiredText(`${source}.${field}.name`, from.name),
          ...validateItems(`${source}.${field}`, from.items),
          ...validateFree(
            at,
            (from.items ?? []).map(({ path }) => ({ path, shown: from.name ?? '' })),
            taken,
          ),
        ]
      : [];
  const files = downwardAPI?.items ?? [];
  return [
    ...ofItems('secret', secret),
    ...ofItems('configMap', configMap),
    ...files.flatMap((file) => validateFile(`${source}.downwardAPI`, file)),
    ...validateFree(
      at,
      files.map(({ path }) => ({ path, shown: path })),
      taken,
    ),
    ...(serviceAccountToken ? validateToken(at, source, serviceAccountToken) : []),
  ];
}

/** `at` is the path of the volume's `projected`. */
export function validateProjections(at: string, projections: readonly core.VolumeProjection[]): FieldError[] {
  const taken = new Set<string>();
  return projections.flatMap((projection, index) => {
    const source = `${at}.sources[${index}]`;
    const errors = validateSource(at, source, projection, taken);
    const several = Object.values(projection).filter(Boolean).length > 1;
    return several ? [...errors, forbidden(source, 'may not specify more than 1 volume type per source')] : errors;
  });
}
