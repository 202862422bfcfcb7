/**
 * JSON Patch, with the error texts of the library that the upstream API server uses.
 * https://www.rfc-editor.org/rfc/rfc6902 and https://github.com/evanphx/json-patch/blob/v4.12.0/patch.go
 */
import { ApiError, messageOf } from '../errors.ts';
import { countUpTo, isDeeperThan, mostLevels, tooDeep } from '../json/limits.ts';
import { inOneGo, type Steps } from '../json/steps.ts';
import { copyOf, isObject, type JsonObject } from '../json/value.ts';
import { own, setOwn } from '../own.ts';

export interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** More than this many operations are refused: upstream's maxJSONPatchOperations. */
const maxOperations = 10_000;
/** Bytes of JSON that all `copy` operations together may add: upstream's JSONPatchMaxCopyBytes. */
const maxCopied = 3 << 20;
/**
 * What all operations together may cost, in elements that an insertion or removal moves within its list: some tens of
 * milliseconds. Ten thousand insertions at the head of a list of a thousand stay below a sixth of it.
 */
const maxWork = 64 << 20;
/**
 * What it costs to compare an item of a list and to compare or copy a member of a map, in the same unit, as measured.
 */
const itemWork = 16;
const memberWork = 512;

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
  return isObject(value) ? own(value, step) : undefined;
};

type Container = JsonObject | unknown[];
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** One document on its way through the operations of one patch, changed in place. */
class Patching {
  #document: unknown;
  #copied = 0;
  #work = 0;

  constructor(document: unknown) {
    this.#document = copyOf(document);
  }

  get work(): number {
    return this.#work;
  }

  get document(): unknown {
    return this.#document;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > maxWork) throw tooLarge('The JSON patch moves, copies or compares too many elements');
  }

  #at(pointer: string): unknown {
    return steps(pointer).reduce(child, this.#document);
  }

  /** Hands the container of a path to `change`, with the last step of the path. */
  #edit({ op, path }: Operation, change: (container: Container, last: string) => void): void {
    const parents = steps(path);
    const last = parents.pop() ?? '';
    try {
      const container = parents.reduce((value, step) => {
        const inner = child(value, step);
        if (!isContainer(inner)) throw new Failure(missing);
        return inner;
      }, this.#document);
      if (!isContainer(container)) throw new Failure(missing);
      change(container, last);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.message !== missing) throw new Failure(`error in ${op} for path: '${path}': ${error.message}`);
      throw new Failure(`${op} operation does not apply: doc is missing path: "${path}": ${missing}`);
    }
  }

  #add(operation: Operation, value: unknown): void {
    if (operation.path === '') {
      this.#document = value;
      return;
    }
    this.#edit(operation, (container, last) => {
      if (!Array.isArray(container)) return setOwn(container, last, value);
      const index = last === '-' ? container.length : indexOf(last, container.length + 1);
      this.#spend(container.length - index);
      container.splice(index, 0, value);
    });
  }

  #remove(operation: Operation): void {
    this.#edit(operation, (container, last) => {
      if (Array.isArray(container)) {
        const index = indexOf(last, container.length);
        this.#spend(container.length - index);
        container.splice(index, 1);
        return;
      }
      if (!Object.hasOwn(container, last)) throw new Failure(`Unable to remove nonexistent key: ${last}: ${missing}`);
      delete container[last];
    });
  }

  #replace(operation: Operation): void {
    const value = copyOf(operation.value);
    if (operation.path === '') {
      this.#document = value;
      return;
    }
    this.#edit(operation, (container, last) => {
      if (Array.isArray(container)) container[indexOf(last, container.length)] = value;
      else if (Object.hasOwn(container, last)) setOwn(container, last, value);
      else throw new Failure(`replace operation does not apply: doc is missing key: ${operation.path}: ${missing}`);
    });
  }

  #equal(left: unknown, right: unknown): boolean {
    if (left === right) return true;
    if (Array.isArray(left)) {
      if (!Array.isArray(right) || left.length !== right.length) return false;
      this.#spend(left.length * itemWork);
      return left.every((each, index) => this.#equal(each, right[index]));
    }
    if (!isObject(left) || !isObject(right)) return false;
    const [keys, others] = [Object.keys(left), Object.keys(right)];
    this.#spend((keys.length + others.length) * memberWork);
    return (
      keys.length === others.length &&
      keys.every((key) => Object.hasOwn(right, key) && this.#equal(left[key], right[key]))
    );
  }

  #test({ path, value }: Operation): void {
    if (!this.#equal(this.#at(path) ?? null, value ?? null)) {
      throw new Failure(`testing value ${path} failed: test failed`);
    }
  }

  #from({ op, from = '' }: Operation): unknown {
    const value = this.#at(from);
    if (value !== undefined) return value;
    throw new Failure(`${op} operation does not apply: doc is missing from path: ${from}: ${missing}`);
  }

  #copy(operation: Operation): void {
    const value = this.#from(operation);
    this.#spend(countUpTo(maxWork / memberWork, value) * memberWork);
    this.#copied += new TextEncoder().encode(JSON.stringify(value)).length;
    if (this.#copied > maxCopied) {
      throw new Failure(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${maxCopied}`,
      );
    }
    this.#add(operation, copyOf(value));
  }

  #move(operation: Operation): void {
    const value = this.#from(operation);
    this.#remove({ op: 'move', path: operation.from ?? '' });
    this.#add(operation, value);
  }

  apply(operation: Operation): void {
    const { op } = operation;
    if (op === 'add') this.#add(operation, copyOf(operation.value));
    else if (op === 'remove') this.#remove(operation);
    else if (op === 'replace') this.#replace(operation);
    else if (op === 'test') this.#test(operation);
    else if (op === 'move') this.#move(operation);
    else if (op === 'copy') this.#copy(operation);
    else throw new Failure(`Unexpected kind: ${op}`);
  }
}

const tooLarge = (message: string): ApiError => new ApiError(413, 'RequestEntityTooLarge', message);

/** The fields that a well-formed operation has. Others are told apart by what they do to the document. */
function operationOf(value: unknown): Operation {
  const { op, path, from, ...rest } = isObject(value) ? value : {};
  return {
    ...rest,
    op: typeof op === 'string' ? op : 'unknown',
    path: typeof path === 'string' ? path : '',
    ...(typeof from === 'string' ? { from } : {}),
  };
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    const type = isObject(patch) ? 'object' : patch === null ? 'null' : typeof patch;
    const detail = `json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${detail}`);
  }
  if (patch.length > maxOperations) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`);
  }
  return patch.map(operationOf);
}

/** What one step may cost: so many operations, or so much work. */
const operationsAtOnce = 500;
const workAtOnce = 4 << 20;

/**
 * A new document, in steps; throws `ApiError` 422 where an operation does not apply, 413 where the patch asks for too
 * much.
 */
export function* applyingJsonPatch(document: unknown, patch: unknown): Steps<unknown> {
  const operations = operationsOf(patch);
  const patching = new Patching(document);
  try {
    let [count, work] = [0, 0];
    for (const operation of operations) {
      if (count === operationsAtOnce || patching.work - work > workAtOnce) {
        yield;
        [count, work] = [0, patching.work];
      }
      patching.apply(operation);
      count += 1;
    }
    if (patching.work > workAtOnce) yield;
    if (yield* isDeeperThan(patching.document, mostLevels)) throw new Failure(`the outcome ${tooDeep}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = 'the server rejected our request due to an error in our request';
    // Upstream names no cause at all; kubectl shows this one.
    const causes = [{ field: 'patch', message: error.message }];
    throw new ApiError(422, 'Invalid', message, { causes });
  }
  return patching.document;
}

/** The same in one go. */
export const applyJsonPatch = (document: unknown, patch: unknown): unknown =>
  inOneGo(applyingJsonPatch(document, patch));

/** Why a patch does not apply, as its library says it; a client's own patch is answered otherwise. */
export const patchProblem = (error: unknown): string =>
  (error instanceof ApiError && error.details?.causes?.[0]?.message) || messageOf(error);
