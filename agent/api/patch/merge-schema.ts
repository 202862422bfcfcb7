/** What a strategic merge asks of a schema: which lists merge by which key. */
import { own } from '../own.ts';
import { type Definitions, resolve, type Schema } from '../schema/schema.ts';

export interface MergeField {
  /** Of the value, or of the items of a list. Absent where nothing is known: lists inside are then replaced. */
  schema: MergeSchema | undefined;
  strategies: readonly string[];
  mergeKey: string | undefined;
}

export interface MergeSchema {
  field(name: string): MergeField;
}

const unknownField: MergeField = { schema: undefined, strategies: [], mergeKey: undefined };

export const fieldOf = (schema: MergeSchema | undefined, name: string): MergeField =>
  schema?.field(name) ?? unknownField;

function schemaOf(definitions: Definitions, schema: Schema | undefined): MergeSchema | undefined {
  const struct = resolve(definitions, schema);
  if (struct?.type !== 'object') return undefined;
  return {
    field(name) {
      const found = own(struct.properties, name) ?? struct.additionalProperties;
      if (!found) return unknownField;
      return {
        schema: schemaOf(definitions, found.type === 'array' ? found.items : found),
        strategies: found['x-kubernetes-patch-strategy']?.split(',') ?? [],
        mergeKey: found['x-kubernetes-patch-merge-key'],
      };
    },
  };
}

/** The merge schema of a definition, e.g. `io.k8s.api.apps.v1.Deployment`; undefined where there is none. */
export const mergeSchema = (definitions: Definitions, definition: string): MergeSchema | undefined =>
  schemaOf(definitions, definitions[definition]);
