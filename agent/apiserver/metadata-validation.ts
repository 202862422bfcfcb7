/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
import type { FieldError, Kind } from '../api/kind.ts';
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelKey,
  checkLabelValue,
} from '../api/names.ts';
import type { AnyObject, meta } from '../api/types.ts';

const nameChecks: Record<string, (name: string) => string[]> = {
  namespaces: checkDns1123Label,
  services: checkDns1035Label,
};

function validateName(kind: Kind, object: AnyObject): FieldError[] {
  const { name } = object.metadata;
  if (!name) return [{ type: 'Required', field: 'metadata.name', detail: 'name or generateName is required' }];
  const check = nameChecks[kind.plural] ?? checkDns1123Subdomain;
  return check(name).map((detail) => ({ type: 'Invalid', field: 'metadata.name', value: name, detail }));
}

function validateLabels(labels: unknown, field: string): FieldError[] {
  if (labels === undefined || labels === null) return [];
  return Object.entries(labels).flatMap(([key, value]): FieldError[] => [
    ...checkLabelKey(key).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ...checkLabelValue(String(value)).map((detail): FieldError => ({ type: 'Invalid', field, value, detail })),
  ]);
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

/** Events come and go, and what they own with them. */
const isEvent = ({ apiVersion, kind }: meta.OwnerReference): boolean => apiVersion === 'v1' && kind === 'Event';

function validateOwners(owners: readonly meta.OwnerReference[] | undefined): FieldError[] {
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
      ...(isEvent(owner)
        ? [
            {
              type: 'Invalid' as const,
              field,
              value: owner,
              detail: '/v1, Kind=Event is disallowed from being an owner',
            },
          ]
        : []),
    ]),
    ...(controllers.length > 1 ? [{ type: 'Invalid' as const, field, value: given, detail: several }] : []),
  ];
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/apis/core/validation/validation.go (validateKubeFinalizerName) */
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

/** https://github.com/kubernetes/apimachinery/blob/release-1.33/pkg/api/validation/objectmeta.go (ValidateNoNewFinalizers) */
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

export function validateMetadata(kind: Kind, object: AnyObject, old: AnyObject | undefined): FieldError[] {
  return [
    ...(old ? [] : validateName(kind, object)),
    ...validateLabels(object.metadata.labels, 'metadata.labels'),
    ...validateAnnotations(object.metadata.annotations),
    ...validateOwners(object.metadata.ownerReferences),
    ...validateFinalizers(object.metadata.finalizers),
    ...(old ? validateNoNewFinalizers(object, old) : []),
  ];
}
