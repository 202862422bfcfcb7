/**
 * An object as the API server holds it: parsed once, encoded once. What the store keeps is the object in one of the
 * kind's versions, which it says itself, without its `resourceVersion` (the revision of the write). Where a client
 * wants that very version, the wire bytes are the stored ones around the revision; every other version is converted. An
 * earlier release may not have known of a default: it is filled in when the object is read.
 */
import { fromHub, storedAs, toHub } from '../../api/conversion.ts';
import { parseExact } from '../../api/json/parse.ts';
import { isEqual } from '../../api/json/value.ts';
import { apiVersionOf, type Kind, type Representation, storageOf } from '../../api/kind.ts';
import { applyDefaults } from '../../api/schema/structural/default.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Entry } from '../../store/store.ts';
import { isSplicedFrom, type Spliced, withoutRevision, withRevision } from './splice.ts';

export interface StoredRecord {
  /** `namespace/name`, or the name of a cluster-scoped object. */
  readonly id: string;
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  /** In the shape of the kind's hub, shared: never modify. */
  readonly object: AnyObject;
  /** Bytes that the store holds of it. */
  readonly size: number;
  /**
   * The store holds it otherwise than it would be written now: in another version, or without defaults that have come
   * since. Its next write puts that right.
   */
  readonly outdated: boolean;
  /** As `object`, but in the stored version, which it says itself, where only a webhook can convert it. */
  readonly own: AnyObject;
  /** Whether the store holds these very bytes. */
  holds(stored: Uint8Array): boolean;
  /** Whether it can be read in the representation now, or must be converted first: see agent/apiserver/conversion. */
  has(representation: Representation): boolean;
  /** Takes what a conversion has made. */
  keep(representation: Representation, object: AnyObject): void;
  /** As JSON in the given representation. */
  chunks(representation: Representation): readonly Buffer[];
  /** In the given representation, shared: never modify. */
  as(representation: Representation): AnyObject;
  /** The same object as of a later revision: what a watcher sees of one that left its selection. */
  at(revision: number): StoredRecord;
  /**
   * Nobody is likely to ask for it again. Of a large object only the bytes are kept: parsed, it takes up to ten times
   * as much memory. Whoever does ask gets it parsed again.
   */
  shed(): void;
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
  /**
   * In the shape of the hub, or as it is stored where only a webhook can convert it; its resourceVersion does not
   * count.
   */
  object: AnyObject;
  form: Form;
}

/** What the bytes of an object are like. */
interface Form {
  representation: Representation;
  /** The bytes carry no resourceVersion of their own. */
  plain: boolean;
  /** The bytes lack no default. */
  complete: boolean;
}

/**
 * What is known of bytes that were just handed to the store, until they come back from it, so that they need not be
 * parsed then.
 */
const known = new WeakMap<Uint8Array, Decoded & { kind: Kind }>();
export const rememberWritten = (kind: Kind, bytes: Uint8Array, object: AnyObject): void => {
  known.set(bytes, { kind, object, form: { representation: storageOf(kind), plain: true, complete: true } });
};

/** Revision of an object that a dry run would have created. */
export const neverStored = 0;

/**
 * In place; false where the object had them all. `parse` makes the object anew of its text. An object that is written
 * as it was read had them all: of a pod, to compare texts takes a fifth of what comparing values does.
 */
function fillDefaults(kind: Kind, object: AnyObject, text: string, parse: () => AnyObject): boolean {
  const { schema } = kind.representations[0];
  if (!kind.default && !schema) return false;
  kind.default?.(object);
  if (schema) applyDefaults(object, schema);
  return JSON.stringify(object) !== text && !isEqual(parse(), object);
}

/**
 * Once for each object that the process has not written itself. Upstream defaults whatever it decodes:
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/runtime/serializer/versioning/versioning.go
 */
function decode(kind: Kind, bytes: Uint8Array): Decoded {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const stored = parseExact(text) as AnyObject;
  const representation = storedAs(kind, stored);
  const plain = stored.metadata.resourceVersion === undefined;
  if (kind.conversion && representation !== kind.representations[0]) {
    return { object: stored, form: { representation, plain, complete: true } };
  }
  const object = toHub(kind, representation, stored);
  const parse = () => toHub(kind, representation, parseExact(text) as AnyObject);
  const complete = !fillDefaults(kind, object, text, parse);
  return { object, form: { representation, plain, complete } };
}

function atRevisionOf(object: AnyObject, revision: number): AnyObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const version = revision === neverStored ? {} : { resourceVersion: String(revision) };
  return { apiVersion, kind, metadata: { ...metadata, ...version }, ...rest };
}

/** Bytes from which on an object is large. */
const large = 32 * 1024;

/** A class, because there are many: its methods are shared, and what few need is made when it is asked for. */
class EncodedRecord implements StoredRecord {
  readonly id: string;
  readonly revision: number;
  readonly namespace: string;
  readonly name: string;
  readonly #kind: Kind;
  readonly #form: Form;
  #object: AnyObject | WeakRef<AnyObject>;
  /** What the store holds; with the revision once they were asked for, so that they are there only once. */
  #bytes: Uint8Array | Spliced;
  #others: Map<Representation, { object: AnyObject; bytes?: Buffer }> | undefined;

  constructor(kind: Kind, { revision, value }: Pick<Entry, 'revision' | 'value'>, decoded: Decoded) {
    this.#kind = kind;
    this.#form = decoded.form;
    this.revision = revision;
    this.#bytes = value;
    this.#object = atRevisionOf(decoded.object, revision);
    const { name, namespace = '' } = decoded.object.metadata;
    this.name = name;
    this.namespace = namespace;
    this.id = namespace ? `${namespace}/${name}` : name;
  }

  get size(): number {
    if (this.#bytes instanceof Uint8Array) return this.#bytes.length;
    const { bytes, start, end } = this.#bytes;
    return bytes.length - (end - start);
  }

  holds(stored: Uint8Array): boolean {
    if (this.#bytes instanceof Uint8Array) return Buffer.compare(this.#bytes, stored) === 0;
    return isSplicedFrom(this.#bytes, stored);
  }

  get #stored(): Uint8Array {
    return this.#bytes instanceof Uint8Array ? this.#bytes : withoutRevision(this.#bytes);
  }

  get own(): AnyObject {
    if (!(this.#object instanceof WeakRef)) return this.#object;
    const present = this.#object.deref() ?? atRevisionOf(decode(this.#kind, this.#stored).object, this.revision);
    this.#object = new WeakRef(present);
    return present;
  }

  get object(): AnyObject {
    const { own } = this;
    if (!this.#isForeign) return own;
    const [hub] = this.#kind.representations;
    return this.#others?.get(hub)?.object ?? toHub(this.#kind, this.#form.representation, own);
  }

  /** In another version than the hub's, which only a webhook can convert. */
  get #isForeign(): boolean {
    return this.#kind.conversion !== undefined && this.#form.representation !== this.#kind.representations[0];
  }

  has(representation: Representation): boolean {
    if (!this.#kind.conversion) return true;
    return representation === this.#form.representation || (this.#others?.has(representation) ?? false);
  }

  keep(representation: Representation, object: AnyObject): void {
    this.#others ??= new Map();
    this.#others.set(representation, { object });
  }

  get outdated(): boolean {
    return this.#form.representation !== storageOf(this.#kind) || !this.#form.complete;
  }

  as(representation: Representation): AnyObject {
    return representation === this.#kind.representations[0] ? this.object : this.#other(representation).object;
  }

  chunks(representation: Representation): readonly Buffer[] {
    const spliced = this.#spliced(representation);
    if (spliced) return [spliced.bytes];
    const other = this.#other(representation);
    other.bytes ??= encoded(other.object);
    return [other.bytes];
  }

  /** Undefined where what is sent is otherwise than what is stored. */
  #spliced(representation: Representation): Spliced | undefined {
    const { plain, representation: own } = this.#form;
    if (representation !== own || !plain || this.outdated || this.revision === neverStored) return undefined;
    if (!(this.#bytes instanceof Uint8Array)) return this.#bytes;
    const spliced = withRevision(this.#bytes, this.revision);
    if (spliced) this.#bytes = spliced;
    return spliced;
  }

  at(later: number): StoredRecord {
    const same = new EncodedRecord(
      this.#kind,
      { revision: later, value: this.#stored },
      { object: this.own, form: this.#form },
    );
    if (!this.#kind.conversion) return same;
    for (const [representation, { object }] of this.#others ?? [])
      same.keep(representation, atRevisionOf(object, later));
    return same;
  }

  shed(): void {
    if (this.size < large || this.#object instanceof WeakRef) return;
    this.#others = undefined;
    this.#object = new WeakRef(this.#object);
  }

  #converted(representation: Representation): AnyObject {
    if (representation === this.#form.representation && this.#isForeign) return this.own;
    if (representation === this.#kind.representations[0]) return this.object;
    if (!this.#kind.conversion) return fromHub(this.#kind, representation, this.object);
    throw new Error(`${this.id} is read in ${apiVersionOf(representation)} before it has been converted`);
  }

  /** Of the hub as well, where its bytes are not the stored ones. */
  #other(representation: Representation): { object: AnyObject; bytes?: Buffer } {
    const found = this.#others?.get(representation) ?? { object: this.#converted(representation) };
    if (this.#object instanceof WeakRef) return found;
    this.#others ??= new Map();
    this.#others.set(representation, found);
    return found;
  }
}

/** Throws where the bytes are no JSON, or in a version that the kind does not know. */
export function decodeRecord(kind: Kind, entry: Entry): StoredRecord {
  const written = known.get(entry.value);
  known.delete(entry.value);
  // Another declaration may have taken the place of the one by which they were written.
  return new EncodedRecord(kind, entry, written?.kind === kind ? written : decode(kind, entry.value));
}
