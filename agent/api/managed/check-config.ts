/**
 * Whether a configuration can be applied: its fields are declared, its values have the right types, and the items of
 * its lists can be told apart.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/validate.go
 */
import { goSyntax, goText } from '../json/go-text.ts';
import { isObject, type JsonObject } from '../json/value.ts';
import { type Definitions, resolve, type Schema } from '../schema/schema.ts';
import { elementText } from './paths.ts';
import { type Fields, type Known, type List, shapeOf } from './shape.ts';

/** Upstream wraps a value in a struct, which Go's `%v` and `%#v` print in these ways. */
const shown = (value: unknown): string => `&{${goText(value)}}`;
const shownInSyntax = (value: unknown): string => `&value.valueUnstructured{Value:${goSyntax(value)}}`;

const goTypes: Record<string, string> = { string: 'string', boolean: 'bool' };
const goType = (value: unknown): string =>
  goTypes[typeof value] ?? (Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}');

const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';

/**
 * Texts of other formats may be anything: times, quantities.
 * https://github.com/kubernetes/kube-openapi/blob/master/pkg/schemaconv/smd.go (convertPrimitive)
 */
const mayBeAnything = ({ type, format = '', ...target }: Schema): boolean =>
  target['x-kubernetes-int-or-string'] === true || (type === 'string' && format !== '' && format !== 'byte');

/** What is wrong with a value that is neither a map nor a list of parts; undefined: nothing. */
function scalarProblem(definitions: Definitions, schema: Known, value: unknown): string | undefined {
  const target = resolve(definitions, schema);
  if (value === null || !target || mayBeAnything(target)) return undefined;
  if (target.type === 'array' && !Array.isArray(value)) return `expected list, got ${shown(value)}`;
  if (target.type === 'object' && !isObject(value)) return `expected map, got ${shown(value)}`;
  if (target.type === 'string' && typeof value !== 'string') return `expected string, got ${shownInSyntax(value)}`;
  if (target.type === 'boolean' && typeof value !== 'boolean') return `expected boolean, got ${shown(value)}`;
  if ((target.type === 'integer' || target.type === 'number') && !isNumber(value)) {
    return `expected numeric (int or float), got ${goType(value)}`;
  }
  return undefined;
}

const goList = (names: readonly string[]): string => `[${names.map((name) => JSON.stringify(name)).join(' ')}]`;

function withoutKey(item: unknown, keys: readonly string[] | undefined): string {
  if (!keys) {
    const kind = item === null ? 'an explicit null' : 'a map type';
    return Array.isArray(item)
      ? 'not supported: associative list with lists as elements'
      : `associative list without keys has an element that's ${kind}`;
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isObject(item)) return 'associative list with keys may not have non-map elements';
  const list = goList(keys);
  return `associative list with keys has an element that omits all key fields ${list} (and doesn't have default values for any key fields)`;
}

/** One problem for each line: `.spec.foo: field not declared in schema`. */
export function configProblems(definitions: Definitions, schema: Known, config: unknown): string[] {
  const problems: string[] = [];
  const report = (path: string, problem: string): void => {
    problems.push(path ? `${path}: ${problem}` : problem);
  };
  const ofFields = ({ memberOf, open }: Fields, object: JsonObject, path: string): void => {
    for (const name in object) {
      const member = memberOf(name);
      if (!member.named && !open) report(`${path}.${name}`, 'field not declared in schema');
      else visit(member.schema, object[name], `${path}.${name}`);
    }
  };
  const ofItems = ({ items, keys, elementOf }: List, list: readonly unknown[], path: string): void => {
    const seen = new Set<string>();
    for (const [index, item] of list.entries()) {
      const element = elementOf(item);
      if (element === undefined) report(path, `element ${index}: ${withoutKey(item, keys)}`);
      else if (seen.has(element)) report(path, `duplicate entries for key ${elementText(element)}`);
      else visit(items, item, `${path}${elementText(element)}`);
      if (element !== undefined) seen.add(element);
    }
  };
  const visit = (known: Known, value: unknown, path: string): void => {
    const problem = scalarProblem(definitions, known, value);
    if (problem) {
      report(path, problem);
      return;
    }
    const shape = shapeOf(definitions, known, value, value);
    if (shape.kind === 'fields' && isObject(value)) ofFields(shape, value, path);
    else if (shape.kind === 'list' && Array.isArray(value)) ofItems(shape, value, path);
  };
  visit(schema, config, '');
  return problems;
}
