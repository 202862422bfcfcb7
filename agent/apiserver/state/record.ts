/**
 * An object as the API server holds it: parsed once, encoded once. What the store keeps is the object without its
 * `resourceVersion` (which is the revision of the write itself), always starting with apiVersion, kind and metadata;
 * the wire bytes are the stored ones with the revision spliced in.
 */
import type { Kind, Representation } from '../../api/kind.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Entry } from '../../store/store.ts';

export interface StoredRecord {
  /** `namespace/name`, or the name of a cluster-scoped object. */
  readonly id: string;
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  /** In the stored representation, shared: never modify. */
  readonly object: AnyObject;
  /** What the store holds. */
  readonly stored: Uint8Array;
  /** As JSON in the given representation. */
  bytes(representation: Representation): Buffer;
  /** In the given representation, shared: never modify. */
  as(representation: Representation): AnyObject;
}

/** `{"apiVersion":"v1","kind":"Pod","metadata":{` */
const headOf = (apiVersion: string, kind: string): string =>
  `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},"metadata":{`;

export function encodeForStore(kind: Kind, object: AnyObject): Buffer {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const ordered = {
    apiVersion: apiVersionOf(kind.representations[0]),
    kind: kind.kind,
    metadata: { ...metadata, resourceVersion: undefined },
    ...rest,
  };
  return Buffer.from(JSON.stringify(ordered));
}

/** Objects just written, by the bytes handed to the store, so that they need not be parsed again. */
const justWritten = new WeakMap<Uint8Array, AnyObject>();
export const rememberWritten = (bytes: Uint8Array, object: AnyObject): void => {
  justWritten.set(bytes, object);
};

/** Revision of an object that a dry run would have created. */
export const neverStored = 0;

function parse(entry: Entry): AnyObject {
  const written = justWritten.get(entry.value);
  const object: AnyObject = written ?? JSON.parse(Buffer.from(entry.value).toString('utf8'));
  const { apiVersion, kind, metadata, ...rest } = object;
  const version = entry.revision === neverStored ? {} : { resourceVersion: String(entry.revision) };
  return { apiVersion, kind, metadata: { ...metadata, ...version }, ...rest };
}

export function decodeRecord(kind: Kind, entry: Entry): StoredRecord {
  const object = parse(entry);
  const { name, namespace = '' } = object.metadata;
  const [primary] = kind.representations;
  const head = Buffer.byteLength(headOf(apiVersionOf(primary), kind.kind));
  let encoded: Buffer | undefined;
  let others: Map<Representation, { object: AnyObject; bytes?: Buffer }> | undefined;

  const other = (representation: Representation) => {
    others ??= new Map();
    let found = others.get(representation);
    if (!found) {
      const converted = representation.fromStored?.(object) ?? object;
      found = { object: { ...converted, apiVersion: apiVersionOf(representation) } };
      others.set(representation, found);
    }
    return found;
  };

  return {
    id: namespace ? `${namespace}/${name}` : name,
    revision: entry.revision,
    namespace,
    name,
    object,
    stored: entry.value,
    bytes: (representation) => {
      if (entry.revision === neverStored)
        return Buffer.from(JSON.stringify(representation === primary ? object : other(representation).object));
      if (representation === primary) {
        encoded ??= Buffer.concat([
          entry.value.subarray(0, head),
          Buffer.from(`"resourceVersion":"${entry.revision}",`),
          entry.value.subarray(head),
        ]);
        return encoded;
      }
      const found = other(representation);
      found.bytes ??= Buffer.from(JSON.stringify(found.object));
      return found.bytes;
    },
    as: (representation) => (representation === primary ? object : other(representation).object),
  };
}

/** The same object as of a later revision: what a watcher sees of an object that left its selection. */
export const atRevision = (kind: Kind, record: StoredRecord, revision: number): StoredRecord => {
  rememberWritten(record.stored, record.object);
  return decodeRecord(kind, { key: record.id, value: record.stored, createRevision: revision, revision });
};
