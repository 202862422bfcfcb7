/** The rules of a schema, compiled, where they are in it. Parts without rules are left out. */
import { type SchemaType, schemaType } from '../../cel/schema-type.ts';
import type { Schema } from '../../schema/schema.ts';
import { type CompiledRule, compileRules } from './compiled-rule.ts';
import { hasRules } from './has-rules.ts';

export interface RuleTree {
  readonly schema: Schema;
  readonly type: SchemaType;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly items: RuleTree | undefined;
  readonly values: RuleTree | undefined;
}

function treeOf(schema: Schema, type: SchemaType | undefined): RuleTree | undefined {
  if (!type) return undefined;
  const { items, additionalProperties, properties = {} } = schema;
  const tree: RuleTree = {
    schema,
    type,
    rules: compileRules(schema, type.type),
    properties: new Map(
      Object.entries(properties).flatMap(([name, property]): [string, RuleTree][] => {
        const known =
          type.fields?.get(name) ?? schemaType(property, property['x-kubernetes-embedded-resource'] ?? false);
        const found = treeOf(property, known);
        return found ? [[name, found]] : [];
      }),
    ),
    items: items && treeOf(items, type.item),
    values: additionalProperties && treeOf(additionalProperties, type.item),
  };
  const isEmpty = tree.rules.length === 0 && tree.properties.size === 0 && !tree.items && !tree.values;
  return isEmpty ? undefined : tree;
}

/** Undefined where the schema of the resource has no rules. */
export const ruleTree = (schema: Schema): RuleTree | undefined =>
  hasRules(schema) ? treeOf(schema, schemaType(schema, true)) : undefined;
