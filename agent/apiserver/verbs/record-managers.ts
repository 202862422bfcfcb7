/**
 * Records in `metadata.managedFields` who owns what after a write.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { apiVersionOf } from '../../api/kind.ts';
import { entriesAfterUpdate, type VersionedWrite } from '../../api/managed/update.ts';
import type { AnyObject } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Attributes, objectIn } from '../admission/attributes.ts';
import type { Core } from '../core.ts';
import { scopeOf } from '../resources/subresource-scopes.ts';

/** What the write may change of what it says: the rest is put back later and has no new owner. */
export function writtenBy({ kind, subresource, object, old }: Attributes & { object: AnyObject }): AnyObject {
  if (!old) {
    const { status, ...rest } = object;
    return kind.hasStatus || status === undefined ? rest : { ...rest, status };
  }
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  const metadata = { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds };
  const written = scopeOf(kind, subresource)({ ...object, metadata }, old);
  if (subresource === 'status') kind.prepareForStatusUpdate?.(written, old);
  return written;
}

/** `next` is what is written of the object, in the hub's representation; it is only read. */
export async function recordManagers(core: Core, attributes: Attributes, next: AnyObject): Promise<void> {
  const { kind, info, old, subresource, fieldManager } = attributes;
  const object = objectIn(attributes);
  const inVersion = (apiVersion: string): VersionedWrite | undefined => {
    const representation = kind.representations.find((each) => apiVersionOf(each) === apiVersion);
    if (!representation) return undefined;
    const as = (object: AnyObject) => representation.fromHub?.(object) ?? object;
    return { schema: core.schemas.schemaOf(representation), live: old && as(old), next: as(next) };
  };
  const steps = entriesAfterUpdate({
    manager: fieldManager,
    apiVersion: apiVersionOf(info),
    subresource,
    time: timestamp(core.clock.now()),
    live: old?.metadata.managedFields,
    brought: object.metadata.managedFields,
    creates: !old,
    inVersion,
  });
  const entries = await core.turns.run(steps);
  const { managedFields: _before, ...metadata } = object.metadata;
  object.metadata = entries.length > 0 ? { ...object.metadata, managedFields: entries } : metadata;
}
