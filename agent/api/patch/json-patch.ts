/**
 * JSON Patch, with the error texts of the library that the upstream API server uses.
 * https://www.rfc-editor.org/rfc/rfc6902 and https://github.com/evanphx/json-patch/blob/v4.12.0/patch.go
 */
import { ApiError } from '../errors.ts';
import { isEqual, isObject } from './json-value.ts';

export interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** More than this many operations are refused: upstream's maxJSONPatchOperations. */
const maxOperations = 10_000;

class Failure extends Error {}

const missing = 'missing value';

const steps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function indexOf(step: string, limit: number): number {
  if (!/^-?\d+$/.test(step)) throw new Failure(`strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`);
  const index = Number(step) < 0 ? Number(step) + limit : Number(step);
  if (index < 0 || index >= limit) {
    throw new Failure(`Unable to access invalid index: ${step}: invalid index referenced`);
  }
  return index;
}

const child = (value: unknown, step: string): unknown => {
  if (Array.isArray(value)) return value[indexOf(step, value.length)];
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
};

/** A copy of `document` in which the container at `path` went through `change`. */
function rebuild(document: unknown, path: readonly string[], change: (container: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(document);
  const inner = child(document, step);
  if (!isObject(inner) && !Array.isArray(inner)) throw new Failure(missing);
  const next = rebuild(inner, rest, change);
  if (Array.isArray(document)) return document.with(indexOf(step, document.length), next);
  return { ...(document as object), [step]: next };
}

function at(document: unknown, pointer: string): unknown {
  return steps(pointer).reduce(child, document);
}

function edit(
  document: unknown,
  { op, path }: Operation,
  change: (container: unknown, last: string) => unknown,
): unknown {
  const parents = steps(path);
  const last = parents.pop() ?? '';
  try {
    return rebuild(document, parents, (container) => change(container, last));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.message !== missing) throw new Failure(`error in ${op} for path: '${path}': ${error.message}`);
    throw new Failure(`${op} operation does not apply: doc is missing path: "${path}": ${missing}`);
  }
}

function add(document: unknown, operation: Operation, value: unknown): unknown {
  if (operation.path === '') return value;
  return edit(document, operation, (container, last) => {
    if (!Array.isArray(container)) return { ...(container as object), [last]: value };
    if (last === '-') return [...container, value];
    return container.toSpliced(indexOf(last, container.length + 1), 0, value);
  });
}

function remove(document: unknown, operation: Operation): unknown {
  return edit(document, operation, (container, last) => {
    if (Array.isArray(container)) return container.toSpliced(indexOf(last, container.length), 1);
    if (!isObject(container) || !Object.hasOwn(container, last)) {
      throw new Failure(`Unable to remove nonexistent key: ${last}: ${missing}`);
    }
    const { [last]: _, ...rest } = container;
    return rest;
  });
}

function replace(document: unknown, operation: Operation): unknown {
  if (operation.path === '') return operation.value;
  return edit(document, operation, (container, last) => {
    if (Array.isArray(container)) {
      return container.with(indexOf(last, container.length), operation.value);
    }
    if (!isObject(container) || !Object.hasOwn(container, last)) {
      throw new Failure(`replace operation does not apply: doc is missing key: ${operation.path}: ${missing}`);
    }
    return { ...container, [last]: operation.value };
  });
}

function test(document: unknown, { path, value }: Operation): unknown {
  const found = at(document, path);
  if (!isEqual(found ?? null, value ?? null)) throw new Failure(`testing value ${path} failed: test failed`);
  return document;
}

function fromOf(document: unknown, operation: Operation): unknown {
  const value = at(document, operation.from ?? '');
  if (value === undefined) {
    throw new Failure(
      `${operation.op} operation does not apply: doc is missing from path: ${operation.from}: ${missing}`,
    );
  }
  return value;
}

function apply(document: unknown, operation: Operation): unknown {
  switch (operation.op) {
    case 'add':
      return add(document, operation, operation.value);
    case 'remove':
      return remove(document, operation);
    case 'replace':
      return replace(document, operation);
    case 'test':
      return test(document, operation);
    case 'move': {
      const value = fromOf(document, operation);
      return add(remove(document, { op: 'move', path: operation.from ?? '' }), operation, value);
    }
    case 'copy':
      return add(document, operation, structuredClone(fromOf(document, operation)));
    default:
      throw new Failure(`Unexpected kind: ${operation.op}`);
  }
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    const type = isObject(patch) ? 'object' : patch === null ? 'null' : typeof patch;
    const detail = `json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${detail}`);
  }
  if (patch.length > maxOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', message);
  }
  return patch as Operation[];
}

/** A new document; throws `ApiError` 422 where an operation does not apply. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const operations = operationsOf(patch);
  try {
    return operations.reduce(apply, document);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = 'the server rejected our request due to an error in our request';
    // Upstream names no cause at all; kubectl shows this one.
    const causes = [{ field: 'patch', message: error.message }];
    throw new ApiError(422, 'Invalid', message, { causes });
  }
}
