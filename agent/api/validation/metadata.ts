/**
 * Metadata of every kind, on creation and on update.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/validation/objectmeta.go
 * (ValidateObjectMetaAccessor, ValidateObjectMetaAccessorUpdate), and of upstream's own kinds
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateObjectMeta)
 */
import { forbidden, immutable, invalid, invalidBy, nonNegative, required, tooLong } from '../field-errors.ts';
import type { FieldError, Kind } from '../kind.ts';
import { printableProblems } from '../managed/manager-name.ts';
import { checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import type { KindRegistry } from '../registry.ts';
import { validateAnnotations, validateLabels } from '../selector-validation.ts';
import type { AnyObject, meta } from '../types.ts';
import { validateFinalizer } from './namespace.ts';

/** What is appended to a name that is generated makes up for a dash at its end. */
const asPrefix = (name: string): string => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);

function validateName(kind: Kind, { metadata: { name, generateName } }: AnyObject): FieldError[] {
  const check = kind.checkName ?? checkDns1123Subdomain;
  const ofPrefix = generateName
    ? check(asPrefix(generateName)).map((detail) => invalid('metadata.generateName', generateName, detail))
    : [];
  if (!name) return [...ofPrefix, required('metadata.name', 'name or generateName is required')];
  return [...ofPrefix, ...invalidBy('metadata.name', name, check)];
}

/** Upstream bans a kind by one of its versions, which is the hub of ours. */
function isBannedOwner(kinds: KindRegistry, { apiVersion, kind }: meta.OwnerReference): boolean {
  const found = kinds.named(apiVersion, kind);
  return found?.kind.ownership === false && found.representation === found.kind.representations[0];
}

/** Go's text of a group, version and kind. */
const goText = ({ apiVersion, kind }: meta.OwnerReference): string =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

/** What does not parse has no version. */
const versionOf = (apiVersion: string): string => {
  const parts = apiVersion.split('/');
  return parts.length > 2 ? '' : (parts.at(-1) ?? '');
};

const ownersPath = 'metadata.ownerReferences';

function validateOwner(kinds: KindRegistry, owner: meta.OwnerReference): FieldError[] {
  const { apiVersion = '' } = owner;
  return [
    ...(versionOf(apiVersion) ? [] : [invalid(`${ownersPath}.apiVersion`, apiVersion, 'version must not be empty')]),
    ...(['kind', 'name', 'uid'] as const).flatMap((part) =>
      owner[part] ? [] : [invalid(`${ownersPath}.${part}`, '', 'must not be empty')],
    ),
    ...(isBannedOwner(kinds, owner)
      ? [invalid(ownersPath, owner, `${goText(owner)} is disallowed from being an owner`)]
      : []),
  ];
}

/** One error for each controller after the first. */
function validateOwners(kinds: KindRegistry, owners: readonly meta.OwnerReference[] = []): FieldError[] {
  let first: string | undefined;
  return owners.flatMap((owner) => {
    const errors = validateOwner(kinds, owner);
    if (owner.controller !== true) return errors;
    const called = `${owner.kind}/${owner.name}`;
    if (first === undefined) {
      first = called;
      return errors;
    }
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${called}`;
    return [...errors, invalid(ownersPath, owners, detail)];
  });
}

const finalizersPath = 'metadata.finalizers';

function validateFinalizers(finalizers: readonly string[] = []): FieldError[] {
  const both = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  const exclusive = 'finalizer orphan and foregroundDeletion cannot be both set';
  return [
    ...finalizers.flatMap((name) => invalidBy(finalizersPath, name, checkQualifiedName)),
    ...(both ? [invalid(finalizersPath, finalizers, exclusive)] : []),
  ];
}

const longestManager = 128;
const longestSubresource = 256;
const utf8 = new TextEncoder();

const isLonger = (text: string, most: number): boolean => text.length * 3 > most && utf8.encode(text).length > most;

/** Who owns what is written: of an entry, or of a request. */
export const validateManager = (path: string, manager: string): FieldError[] => [
  ...(isLonger(manager, longestManager) ? [tooLong(path, longestManager)] : []),
  ...printableProblems(manager).map((detail) => invalid(path, manager, detail)),
];

/** What the entries say beside the fields was read by whoever recorded them. */
function validateManagers(entries: readonly meta.ManagedFieldsEntry[] = []): FieldError[] {
  return entries.flatMap(({ manager = '', subresource = '' }, index) => {
    const path = `metadata.managedFields[${index}]`;
    return [
      ...validateManager(`${path}.manager`, manager),
      ...(isLonger(subresource, longestSubresource) ? [tooLong(`${path}.subresource`, longestSubresource)] : []),
    ];
  });
}

const byCodeUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function validateNoNewFinalizers({ metadata }: AnyObject, { metadata: before }: AnyObject): FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const known = new Set(before.finalizers);
  const extra = (metadata.finalizers ?? []).filter((each) => !known.has(each));
  if (extra.length === 0) return [];
  const found = `[]string{${[...new Set(extra)]
    .sort(byCodeUnit)
    .map((each) => JSON.stringify(each))
    .join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
  return [forbidden(finalizersPath, detail)];
}

/** The last two only a deletion sets; what else the server sets is put back before. */
const fixed = ['name', 'namespace', 'uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

const validateUpdate = (object: AnyObject, old: AnyObject): FieldError[] => [
  ...validateNoNewFinalizers(object, old),
  ...fixed
    .filter((field) => object.metadata[field] !== old.metadata[field])
    .map((field) => invalid(`metadata.${field}`, object.metadata[field], immutable)),
];

/** `old` is what is stored, undefined on creation. */
export function validateMetadata(
  kinds: KindRegistry,
  kind: Kind,
  object: AnyObject,
  old: AnyObject | undefined,
): FieldError[] {
  const { generation, labels, annotations, ownerReferences, finalizers = [], managedFields } = object.metadata;
  return [
    ...(old ? [] : validateName(kind, object)),
    ...nonNegative('metadata.generation', generation),
    ...validateLabels('metadata.labels', labels),
    ...validateAnnotations('metadata.annotations', annotations),
    ...validateOwners(kinds, ownerReferences),
    ...validateFinalizers(finalizers),
    ...validateManagers(managedFields),
    ...(old ? validateUpdate(object, old) : []),
    ...(kind.anyFinalizer
      ? []
      : finalizers.flatMap((name, index) => validateFinalizer(`${finalizersPath}[${index}]`, name))),
  ];
}
