/**
 * The schema of every representation that is served: of built-in kinds the generated definitions, of kinds that bring
 * their own what they bring. Decoding, defaulting, patches and field ownership ask here; none of them knows which it
 * is.
 */
import { conform, decodeStruct, Mismatch, Undecodable } from './conform.ts';
import { createDropDisabled, type DropDisabled } from './disabled-fields.ts';
import { resourceSchema } from './resource-schema.ts';
import { type Definitions, objectMetaDefinition, type Schema } from './schema.ts';
import { applyDefaults, dropNulls } from './structural/default.ts';
import { coerceEmbedded } from './structural/embedded.ts';
import { pruneResource } from './structural/prune.ts';

/** What is asked about: see `Representation`. */
export interface SchemaOwner {
  group: string;
  version: string;
  /** Name of a definition. */
  definition: string;
  /** What the definition says, where it is none of the generated ones. */
  schema?: Schema;
}

export interface ObjectSchema {
  /** Brought along by the kind: strategic merge patches are for built-in kinds only. */
  isOwn: boolean;
  /** Of the whole object, metadata included. */
  root: Schema;
  /** What `root` and everything in it refers to. */
  definitions: Definitions;
  /**
   * Makes a body an object of its kind, in place. Returns the paths of the fields that were unknown, and went.
   * Throws `Undecodable` where a value has the wrong type.
   */
  decode(object: Record<string, unknown>): string[];
  /** Fills in, in place, the defaults that the schema has. Those of built-in kinds are code, in their declarations. */
  fillDefaults(object: Record<string, unknown>): void;
  /**
   * Drops fields of features that are off in this release; absent where the kind has none. See `disabled-fields.ts`.
   */
  dropDisabled?: DropDisabled | undefined;
}

export interface SchemaProvider {
  /**
   * Undefined where nothing is known: such objects are taken as they are. The same object for the same representation.
   */
  schemaOf(owner: SchemaOwner): ObjectSchema | undefined;
}

const builtIn = (definitions: Definitions, definition: string, root: Schema): ObjectSchema => ({
  isOwn: false,
  root,
  definitions,
  decode: (object) => conform(definitions, definition, object),
  fillDefaults: () => {},
  dropDisabled: createDropDisabled(definitions, definition),
});

/**
 * A kind with a schema of its own. The order is upstream's:
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/customresource_handler.go
 * (unstructuredSchemaCoercer.apply)
 */
function ownSchema(definitions: Definitions, { version }: SchemaOwner, schema: Schema): ObjectSchema {
  const decode = (object: Record<string, unknown>): string[] => {
    const metadata = decodeStruct(definitions, objectMetaDefinition, object.metadata ?? {});
    const pruned = pruneResource(object, schema);
    dropNulls(object, schema);
    const embedded = coerceEmbedded(definitions, object, schema);
    return [...metadata.map((field) => `metadata.${field}`), ...pruned, ...embedded];
  };
  return {
    isOwn: true,
    root: resourceSchema(schema),
    definitions,
    decode: (object) => {
      try {
        return decode(object);
      } catch (error) {
        if (!(error instanceof Mismatch)) throw error;
        throw new Undecodable(String(object.kind), version, error.message);
      }
    },
    fillDefaults: (object) => applyDefaults(object, schema),
  };
}

export function createSchemaProvider(definitions: Definitions): SchemaProvider {
  const known = new WeakMap<SchemaOwner, { found: ObjectSchema | undefined }>();
  const find = (owner: SchemaOwner): ObjectSchema | undefined => {
    if (owner.schema) return ownSchema(definitions, owner, owner.schema);
    const root = definitions[owner.definition];
    return root && builtIn(definitions, owner.definition, root);
  };
  return {
    schemaOf: (owner) => {
      const before = known.get(owner);
      if (before) return before.found;
      const found = find(owner);
      known.set(owner, { found });
      return found;
    },
  };
}
