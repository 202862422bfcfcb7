/**
 * Field selectors: `metadata.name=web,status.phase!=Running`.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/fields/selector.go
 */
import { ApiError } from './errors.ts';
import type { Served } from './registry.ts';
import type { KubeObject } from './types.ts';

export interface FieldRequirement {
  path: string;
  operator: '=' | '!=';
  value: string;
}

/** Terms are split at commas that no backslash escapes. */
const splitTerms = (text: string): string[] => (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((term) => term.trim());

function unescaped(value: string): string {
  return value.replace(/\\([\\,=])/g, '$1');
}

/** Throws `ApiError` 400 where it does not parse. */
export function parseFieldSelector(text: string | undefined): FieldRequirement[] {
  return splitTerms(text ?? '').map((term) => {
    const match = /^((?:\\.|[^=!\\])*)(!=|==|=)(.*)$/s.exec(term);
    if (!match) {
      throw new ApiError(400, 'BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
    }
    const [, path = '', operator, value = ''] = match;
    return { path, operator: operator === '!=' ? '!=' : '=', value: unescaped(value) };
  });
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

function reader({ kind, representation }: Served, path: string): ((object: KubeObject) => string) | undefined {
  if (path === 'metadata.name') return (object) => object.metadata.name;
  if (path === 'metadata.namespace' && kind.namespaced) return (object) => object.metadata.namespace ?? '';
  const { fieldLabels, fieldSelectors } = representation;
  if (fieldSelectors) return own(fieldSelectors, path);
  const field = fieldLabels ? own(fieldLabels, path) : path;
  return field === undefined ? undefined : own(kind.fieldSelectors, field);
}

/** As upstream words it for kinds with selectable fields of their own, and for those that have none. */
function notSelectable({ kind, representation }: Served, path: string): ApiError {
  const message =
    Object.keys(representation.fieldSelectors ?? kind.fieldSelectors).length > 0
      ? `field label not supported: ${path}`
      : `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  return new ApiError(400, 'BadRequest', message);
}

/** Fields that are the same in every version. */
const isCommon = ({ path }: FieldRequirement): boolean => path === 'metadata.name' || path === 'metadata.namespace';

/** Whether the tests of a matcher need the version's own shape, which the hub's is not. */
export const readsVersion = ({ kind, representation }: Served, requirements: readonly FieldRequirement[]): boolean =>
  kind.conversion !== undefined && representation.fieldSelectors !== undefined && !requirements.every(isCommon);

/**
 * Compiles a selector as clients of the given version write it, for objects in the shape of the hub, or of the version
 * where `readsVersion` says so. Throws `ApiError` 400 on a field that the version cannot be selected by.
 */
export function fieldMatcher(
  served: Served,
  requirements: readonly FieldRequirement[],
): (object: KubeObject) => boolean {
  const tests = requirements.map(({ path, operator, value }) => {
    const read = reader(served, path);
    if (!read) throw notSelectable(served, path);
    return (object: KubeObject) => (read(object) === value) === (operator === '=');
  });
  return (object) => tests.every((test) => test(object));
}

/** The first requirement that demands one value, with what reads that field; undefined where there is none. */
export function requiredField(
  served: Served,
  requirements: readonly FieldRequirement[],
): { path: string; value: string; read(object: KubeObject): string } | undefined {
  const found = requirements.find(({ path, operator }) => operator === '=' && path !== 'metadata.namespace');
  const read = found && reader(served, found.path);
  return read && { ...found, read };
}

/** The value that a selector pins a field to, so that `metadata.name=x` need not scan: undefined where it does not. */
export const requiredValue = (requirements: readonly FieldRequirement[], path: string): string | undefined =>
  requirements.find((each) => each.path === path && each.operator === '=')?.value;
