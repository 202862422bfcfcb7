/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
import type { FieldError, Kind } from '../api/kind.ts';
import { checkDns1123Subdomain, checkLabelKey, checkLabelValue } from '../api/names.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { AnyObject, meta } from '../api/types.ts';

function validateName(kind: Kind, object: AnyObject): FieldError[] {
  const { name } = object.metadata;
  if (!name) return [{ type: 'Required', field: 'metadata.name', detail: 'name or generateName is required' }];
  const problems = kind.checkName?.(name) ?? checkDns1123Subdomain(name);
  return problems.map((detail) => ({ type: 'Invalid', field: 'metadata.name', value: name, detail }));
}

function validateLabels(labels: unknown, field: string): FieldError[] {
  if (labels === undefined || labels === null) return [];
  return Object.entries(labels).flatMap(([key, value]): FieldError[] => [
    ...checkLabelKey(key).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ...checkLabelValue(String(value)).map((detail): FieldError => ({ type: 'Invalid', field, value, detail })),
  ]);
}

function validateGeneration(generation: number | undefined): FieldError[] {
  if (generation === undefined || generation >= 0) return [];
  const detail = 'must be greater than or equal to 0';
  return [{ type: 'Invalid', field: 'metadata.generation', value: generation, detail }];
}

const annotationLimit = 256 * 1024;

function validateAnnotations(annotations: Record<string, string> | undefined): FieldError[] {
  const field = 'metadata.annotations';
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  return [
    ...entries.flatMap(([key]) =>
      checkLabelKey(key.toLowerCase()).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ),
    ...(size > annotationLimit
      ? [{ type: 'TooLong' as const, field, detail: `may not be more than ${annotationLimit} bytes` }]
      : []),
  ];
}

/** Upstream bans a kind by one of its versions, which is the hub of ours. */
function isBannedOwner(kinds: KindRegistry, { apiVersion, kind }: meta.OwnerReference): boolean {
  const found = kinds.named(apiVersion, kind);
  return found?.kind.ownership === false && found.representation === found.kind.representations[0];
}

/** Go's text of a group, version and kind. */
const goText = ({ apiVersion, kind }: meta.OwnerReference): string =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

function validateOwners(kinds: KindRegistry, owners: readonly meta.OwnerReference[] | undefined): FieldError[] {
  const field = 'metadata.ownerReferences';
  const given = owners ?? [];
  const controllers = given.filter(({ controller }) => controller === true);
  const empty = (part: 'kind' | 'name' | 'uid', owner: meta.OwnerReference): FieldError[] =>
    owner[part] ? [] : [{ type: 'Invalid', field: `${field}.${part}`, value: '', detail: 'must not be empty' }];
  const several = `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.name} and ${controllers[1]?.name}`;
  return [
    ...given.flatMap((owner): FieldError[] => [
      ...(owner.apiVersion
        ? []
        : [{ type: 'Invalid' as const, field: `${field}.apiVersion`, value: '', detail: 'version must not be empty' }]),
      ...(['kind', 'name', 'uid'] as const).flatMap((part) => empty(part, owner)),
      ...(isBannedOwner(kinds, owner)
        ? [
            {
              type: 'Invalid' as const,
              field,
              value: owner,
              detail: `${goText(owner)} is disallowed from being an owner`,
            },
          ]
        : []),
    ]),
    ...(controllers.length > 1 ? [{ type: 'Invalid' as const, field, value: given, detail: several }] : []),
  ];
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateKubeFinalizerName) */
function validateFinalizers(finalizers: readonly string[] | undefined): FieldError[] {
  const all = finalizers ?? [];
  const field = 'metadata.finalizers';
  const both = all.includes('orphan') && all.includes('foregroundDeletion');
  const exclusive = 'finalizer orphan and finalizer foregroundDeletion cannot be both set';
  return [
    ...all.flatMap((value) =>
      checkLabelKey(value).map((detail): FieldError => ({ type: 'Invalid', field, value, detail })),
    ),
    ...all.flatMap((value, index): FieldError[] => {
      if (value.includes('/') || standardFinalizers.has(value)) return [];
      const detail = 'name is neither a standard finalizer name nor is it fully qualified';
      return [{ type: 'Invalid', field: `${field}[${index}]`, value, detail }];
    }),
    ...(both ? [{ type: 'Invalid' as const, field, value: all, detail: exclusive }] : []),
  ];
}

/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/validation/objectmeta.go (ValidateNoNewFinalizers) */
function validateNoNewFinalizers({ metadata }: AnyObject, { metadata: before }: AnyObject): FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const extra = (metadata.finalizers ?? []).filter((each) => !before.finalizers?.includes(each));
  if (extra.length === 0) return [];
  const found = `[]string{${extra
    .sort()
    .map((each) => JSON.stringify(each))
    .join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
  return [{ type: 'Forbidden', field: 'metadata.finalizers', detail }];
}

export function validateMetadata(
  kinds: KindRegistry,
  kind: Kind,
  object: AnyObject,
  old: AnyObject | undefined,
): FieldError[] {
  return [
    ...(old ? [] : validateName(kind, object)),
    ...validateGeneration(object.metadata.generation),
    ...validateLabels(object.metadata.labels, 'metadata.labels'),
    ...validateAnnotations(object.metadata.annotations),
    ...validateOwners(kinds, object.metadata.ownerReferences),
    ...validateFinalizers(object.metadata.finalizers),
    ...(old ? validateNoNewFinalizers(object, old) : []),
  ];
}
