/**
 * Records in `metadata.managedFields` who owns what after a write.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { apiVersionOf, type Kind, partsOf, type Representation, representationOf } from '../../api/kind.ts';
import { entriesAfterUpdate, type VersionedWrite } from '../../api/managed/update.ts';
import type { AnyObject, meta } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Attributes, objectIn, writtenAs } from '../admission/attributes.ts';
import type { Core } from '../core.ts';
import { scopeOf } from '../resources/subresource-scopes.ts';

/** What the write may change of what it says: the rest is put back later and has no new owner. */
export function writtenBy(attributes: Attributes & { object: AnyObject }): AnyObject {
  const { kind, subresource, object, old } = attributes;
  const representation = writtenAs(attributes);
  if (!old) {
    const { status, ...rest } = object;
    return partsOf(kind, representation).status || status === undefined ? rest : { ...rest, status };
  }
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  const metadata = { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds };
  const written = scopeOf({ kind, representation }, subresource)({ ...object, metadata }, old);
  if (subresource === 'status') kind.prepareForStatusUpdate?.(written, old);
  return written;
}

type ReadAs = (object: AnyObject, representation: Representation) => AnyObject;

/** Reads the objects in any of these versions; those that take a webhook are converted before, all of them. */
async function readerOf(
  { converter }: Core,
  kind: Kind,
  versions: ReadonlySet<string>,
  objects: readonly AnyObject[],
): Promise<ReadAs> {
  if (!kind.conversion) return (object, representation) => representation.fromHub?.(object) ?? object;
  const converted = new Map<Representation, readonly AnyObject[]>();
  for (const representation of kind.representations) {
    if (!versions.has(apiVersionOf(representation))) continue;
    converted.set(representation, await converter.all(kind, representation, objects));
  }
  return (object, representation) => converted.get(representation)?.[objects.indexOf(object)] ?? object;
}

const versionsIn = (entries: readonly meta.ManagedFieldsEntry[] = []): string[] =>
  entries.flatMap(({ apiVersion }) => apiVersion ?? []);

/** `next` is what is written of the object, in the hub's representation; it is only read. */
export async function recordManagers(core: Core, attributes: Attributes, next: AnyObject): Promise<void> {
  const { kind, info, old, subresource, fieldManager } = attributes;
  const object = objectIn(attributes);
  const brought = object.metadata.managedFields;
  const versions = new Set([apiVersionOf(info), ...versionsIn(old?.metadata.managedFields), ...versionsIn(brought)]);
  const read = await readerOf(core, kind, versions, old ? [next, old] : [next]);
  const inVersion = (apiVersion: string): VersionedWrite | undefined => {
    const representation = representationOf(kind, apiVersion);
    if (!representation) return undefined;
    const as = (each: AnyObject) => read(each, representation);
    return { schema: core.schemas.schemaOf(representation), live: old && as(old), next: as(next) };
  };
  const steps = entriesAfterUpdate({
    manager: fieldManager,
    apiVersion: apiVersionOf(info),
    subresource,
    time: timestamp(core.clock.now()),
    live: old?.metadata.managedFields,
    brought,
    creates: !old,
    schemaIn: (apiVersion) => {
      const representation = representationOf(kind, apiVersion);
      return representation && core.schemas.schemaOf(representation);
    },
    inVersion,
  });
  const entries = await core.turns.run(steps);
  const { managedFields: _before, ...metadata } = object.metadata;
  object.metadata = entries.length > 0 ? { ...object.metadata, managedFields: entries } : metadata;
}
