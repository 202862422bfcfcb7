/**
 * Whether a value is what its schema says, in upstream's words.
 * https://github.com/kubernetes/kube-openapi/tree/master/pkg/validation/validate and
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/validation/validation.go
 */
import { invalid, notSupported, required, tooLong } from '../../field-errors.ts';
import { isEqual, isObject } from '../../json/value.ts';
import type { FieldError } from '../../kind.ts';
import type { Schema } from '../schema.ts';
import type { Correlated } from './correlated.ts';
import { hasFormat } from './formats.ts';
import { compilePattern } from './pattern.ts';
import { childPath, fieldSchema, itemPath } from './walk.ts';

type TypeName = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

function typeOf(value: unknown): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  return 'object';
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

const typesOf = (schema: Schema): readonly string[] =>
  schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];

const int32 = 2 ** 31;

function isOfType(value: unknown, schema: Schema): boolean {
  const types = typesOf(schema);
  const type = typeOf(value);
  if (types.length === 0) return true;
  if (!types.includes(type) && !(type === 'integer' && types.includes('number'))) return false;
  return !(schema.format === 'int32' && isNumber(value) && (value >= int32 || value < -int32));
}

/** Upstream shows the type in the place of the value. */
const typeError = (path: string, value: unknown, expected: string): FieldError => ({
  type: 'TypeInvalid',
  field: path,
  value: typeOf(value),
  detail: `${path || '<nil>'} in body must be of type ${expected}: ${JSON.stringify(typeOf(value))}`,
});

/** As upstream's `%v` has a number. */
const shown = (limit: number): string => String(limit);

function numberProblems(value: number | bigint, schema: Schema): string[] {
  const { maximum, minimum, multipleOf, exclusiveMaximum = false, exclusiveMinimum = false } = schema;
  const problems: string[] = [];
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    problems.push(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${shown(maximum)}`);
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    problems.push(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${shown(minimum)}`);
  }
  if (multipleOf !== undefined && !isMultiple(Number(value), multipleOf)) {
    problems.push(`should be a multiple of ${shown(multipleOf)}`);
  }
  return problems;
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

const charactersIn = (text: string): number => {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
};

class Validation {
  readonly errors: FieldError[] = [];

  /** What is the same as it was is not judged again. */
  value(value: unknown, schema: Schema, path: string, before: Correlated | undefined): void {
    const count = this.errors.length;
    this.#judge(value, schema, path, before);
    if (before && this.errors.length > count && before.isSame) this.errors.length = count;
  }

  #judge(value: unknown, schema: Schema, path: string, before: Correlated | undefined): void {
    if (value === null && schema.nullable) return;
    if (!isOfType(value, schema)) {
      this.errors.push(typeError(path, value, typesOf(schema).join(',')));
      return;
    }
    this.#enum(value, schema, path);
    if (typeof value === 'string') this.#text(value, schema, path);
    else if (isNumber(value)) this.#invalid(path, value, numberProblems(value, schema));
    else if (Array.isArray(value)) this.#list(value, schema, path, before);
    else if (isObject(value)) this.#object(value, schema, path, before);
    this.#combined(value, schema, path);
  }

  #invalid(path: string, value: unknown, problems: readonly string[]): void {
    for (const problem of problems) this.errors.push(invalid(path, value, `${path} in body ${problem}`));
  }

  #enum(value: unknown, { enum: allowed }: Schema, path: string): void {
    if (!allowed || allowed.some((each) => isEqual(each, value))) return;
    const texts = allowed.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    this.errors.push(notSupported(path, value, texts));
  }

  #text(text: string, { maxLength, minLength, pattern, format }: Schema, path: string): void {
    if (maxLength !== undefined || minLength !== undefined) {
      const length = charactersIn(text);
      if (maxLength !== undefined && length > maxLength) this.errors.push(tooLong(path, maxLength));
      if (minLength !== undefined && length < minLength) {
        this.#invalid(path, text, [`should be at least ${minLength} chars long`]);
      }
    }
    if (pattern !== undefined && !compilePattern(pattern).matches(text)) {
      this.#invalid(path, text, [`should match '${pattern}'`]);
    }
    if (format !== undefined && !hasFormat(text, format)) {
      this.#invalid(path, text, [`must be of type ${format}: ${JSON.stringify(text)}`]);
    }
  }

  #count(value: unknown, count: number, [most, least]: readonly (number | undefined)[], path: string): void {
    const what = Array.isArray(value) ? 'items' : 'properties';
    if (most !== undefined && count > most) {
      this.errors.push({ type: 'TooMany', field: path, value: count, detail: `must have at most ${most} items` });
    }
    if (least !== undefined && count < least) {
      this.#invalid(path, Array.isArray(value) ? count : value, [`should have at least ${least} ${what}`]);
    }
  }

  #list(list: readonly unknown[], schema: Schema, path: string, before: Correlated | undefined): void {
    this.#count(list, list.length, [schema.maxItems, schema.minItems], path);
    if (schema.uniqueItems && new Set(list.map((item) => JSON.stringify(item))).size < list.length) {
      this.#invalid(path, list, ["shouldn't contain duplicates"]);
    }
    if (!schema.items) return;
    for (const [index, item] of list.entries()) {
      this.value(item, schema.items, itemPath(path, index), before?.index(index));
    }
  }

  #object(object: Record<string, unknown>, schema: Schema, path: string, before: Correlated | undefined): void {
    this.#count(object, Object.keys(object).length, [schema.maxProperties, schema.minProperties], path);
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(object, name)) this.errors.push(required(childPath(path, name)));
    }
    for (const [name, field] of Object.entries(object)) {
      const known = fieldSchema(schema, name);
      if (known) this.value(field, known, childPath(path, name), before?.key(name));
    }
  }

  #combined(value: unknown, { allOf, anyOf, oneOf, not }: Schema, path: string): void {
    const name = path || '<nil>';
    const found = (schema: Schema): readonly FieldError[] => problemsOf(value, schema, path);
    const fails = (text: string) => this.errors.push(invalid(path, '', `${JSON.stringify(name)} ${text}`));
    for (const schema of allOf ?? []) {
      const errors = found(schema);
      if (errors.length > 0) fails('must validate all the schemas (allOf)');
      this.errors.push(...errors);
    }
    if (anyOf && anyOf.length > 0) {
      const all = anyOf.map(found);
      if (all.every((errors) => errors.length > 0)) {
        fails('must validate at least one schema (anyOf)');
        this.errors.push(...fewest(all));
      }
    }
    if (oneOf && oneOf.length > 0) {
      const all = oneOf.map(found);
      const valid = all.filter((errors) => errors.length === 0).length;
      if (valid !== 1) {
        const detail = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
        fails(`must validate one and only one schema (oneOf). ${detail}`);
        if (valid === 0) this.errors.push(...fewest(all));
      }
    }
    if (not && found(not).length === 0) fails('must not validate the schema (not)');
  }
}

/** What the best of several schemas has against a value. */
const fewest = (all: readonly (readonly FieldError[])[]): readonly FieldError[] =>
  all.reduce((best, errors) => (errors.length < best.length ? errors : best));

/**
 * `path` is '' for a whole object. `before` is given on update: what has not changed is not judged again.
 */
export function problemsOf(value: unknown, schema: Schema, path = '', before?: Correlated): readonly FieldError[] {
  const validation = new Validation();
  validation.value(value, schema, path, before);
  return validation.errors;
}
