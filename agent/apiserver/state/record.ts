/**
 * An object as the API server holds it: parsed once, encoded once. What the store keeps is the object in one of the
 * kind's versions, which it says itself, without its `resourceVersion` (the revision of the write). Where a client wants
 * that very version, the wire bytes are the stored ones with the revision spliced in; every other version is converted.
 * An earlier release may not have known of a default: it is filled in when the object is read.
 */
import { fromHub, storedAs, toHub } from '../../api/conversion.ts';
import { parseExact } from '../../api/json/parse.ts';
import { copyOf, isEqual } from '../../api/json/value.ts';
import { type Kind, type Representation, storageOf } from '../../api/kind.ts';
import { applyDefaults } from '../../api/schema/structural/default.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Entry } from '../../store/store.ts';
import { withRevision } from './splice.ts';

export interface StoredRecord {
  /** `namespace/name`, or the name of a cluster-scoped object. */
  readonly id: string;
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  /** In the shape of the kind's hub, shared: never modify. */
  readonly object: AnyObject;
  /** What the store holds. */
  readonly stored: Uint8Array;
  /**
   * The store holds it otherwise than it would be written now: in another version, or without defaults that have come since.
   * Its next write puts that right.
   */
  readonly outdated: boolean;
  /** As JSON in the given representation. */
  bytes(representation: Representation): Buffer;
  /** In the given representation, shared: never modify. */
  as(representation: Representation): AnyObject;
  /** The same object as of a later revision: what a watcher sees of one that left its selection. */
  at(revision: number): StoredRecord;
}

const encoded = (object: AnyObject): Buffer => Buffer.from(JSON.stringify(object));

/** Always apiVersion, kind and metadata first. */
export function encodeForStore(kind: Kind, object: AnyObject): Buffer {
  const { apiVersion, kind: name, metadata, ...rest } = fromHub(kind, storageOf(kind), object);
  return Buffer.from(
    JSON.stringify({ apiVersion, kind: name, metadata: { ...metadata, resourceVersion: undefined }, ...rest }),
  );
}

interface Decoded {
  /** In the shape of the hub, without a resourceVersion. */
  object: AnyObject;
  /** In which the bytes are. */
  representation: Representation;
  /** The bytes carry no resourceVersion of their own. */
  plain: boolean;
  /** The bytes lack no default. */
  complete: boolean;
}

/** What is known of bytes that were just handed to the store, so that they need not be parsed again. */
const known = new WeakMap<Uint8Array, Decoded & { kind: Kind }>();
export const rememberWritten = (kind: Kind, bytes: Uint8Array, object: AnyObject): void => {
  known.set(bytes, { kind, object, representation: storageOf(kind), plain: true, complete: true });
};

/** Revision of an object that a dry run would have created. */
export const neverStored = 0;

/** In place, in the shape of the hub; false where the object had them all. */
function fillDefaults(kind: Kind, object: AnyObject): boolean {
  const { schema } = kind.representations[0];
  if (!kind.default && !schema) return false;
  const before = copyOf(object);
  kind.default?.(object);
  if (schema) applyDefaults(object, schema);
  return !isEqual(before, object);
}

/**
 * Once for each object that the process has not written itself. Upstream defaults whatever it decodes:
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/runtime/serializer/versioning/versioning.go
 */
function decode(kind: Kind, bytes: Uint8Array): Decoded {
  const stored = parseExact(Buffer.from(bytes).toString('utf8')) as AnyObject;
  const representation = storedAs(kind, stored);
  const plain = stored.metadata.resourceVersion === undefined;
  const object = toHub(kind, representation, stored);
  const complete = !fillDefaults(kind, object);
  return { object, representation, plain, complete };
}

function atRevisionOf({ object }: Decoded, revision: number): AnyObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const version = revision === neverStored ? {} : { resourceVersion: String(revision) };
  return { apiVersion, kind, metadata: { ...metadata, ...version }, ...rest };
}

function recordOf(kind: Kind, entry: Entry, decoded: Decoded): StoredRecord {
  const { revision, value } = entry;
  const object = atRevisionOf(decoded, revision);
  const { name, namespace = '' } = object.metadata;
  const hub = kind.representations[0];
  const outdated = decoded.representation !== storageOf(kind) || !decoded.complete;
  const spliceable = decoded.plain && !outdated && revision !== neverStored;
  let own: Buffer | undefined;
  let others: Map<Representation, { object: AnyObject; bytes?: Buffer }> | undefined;

  const other = (representation: Representation) => {
    others ??= new Map();
    const found = others.get(representation) ?? { object: fromHub(kind, representation, object) };
    others.set(representation, found);
    return found;
  };
  const as = (representation: Representation): AnyObject =>
    representation === hub ? object : other(representation).object;

  return {
    id: namespace ? `${namespace}/${name}` : name,
    revision,
    namespace,
    name,
    object,
    stored: value,
    outdated,
    as,
    bytes: (representation) => {
      if (representation === decoded.representation) {
        own ??= (spliceable ? withRevision(value, revision) : undefined) ?? encoded(as(representation));
        return own;
      }
      const found = other(representation);
      found.bytes ??= encoded(found.object);
      return found.bytes;
    },
    at: (later) => recordOf(kind, { ...entry, revision: later }, decoded),
  };
}

/** Throws where the bytes are no JSON, or in a version that the kind does not know. */
export function decodeRecord(kind: Kind, entry: Entry): StoredRecord {
  const written = known.get(entry.value);
  // Another declaration may have taken the place of the one by which they were written.
  return recordOf(kind, entry, written?.kind === kind ? written : decode(kind, entry.value));
}
