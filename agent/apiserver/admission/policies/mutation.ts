/**
 * What one expression of a mutating policy makes of an object.
 * https://github.com/kubernetes/apiserver/tree/release-1.36/pkg/admission/plugin/policy/mutating/patch
 */
import type { Compiled } from '../../../api/admissionregistration/compiled.ts';
import { limits } from '../../../api/cel/environment.ts';
import { JsonWriter, misnamed } from '../../../api/cel/to-json.ts';
import { ConstructedValue, EvaluationError, List, type Value } from '../../../api/cel/values.ts';
import type { Steps } from '../../../api/json/steps.ts';
import { representationOf } from '../../../api/kind.ts';
import { atomicParts } from '../../../api/managed/atomic-parts.ts';
import { configProblems } from '../../../api/managed/check-config.ts';
import { merged } from '../../../api/managed/merge.ts';
import { applyingJsonPatch, patchProblem } from '../../../api/patch/json-patch.ts';
import type { AnyObject, MutatingAdmissionPolicy } from '../../../api/types.ts';
import { activationOf, type Sight } from '../match/activation.ts';
import { Evaluation, PolicyError } from '../match/evaluation.ts';
import { replaceSeen } from '../match/seen.ts';
import { compiledMutations } from './compiled-policy.ts';

function* evaluated(compiled: Compiled, policy: MutatingAdmissionPolicy, sight: Sight): Steps<Value> {
  if (compiled.problem !== undefined) throw new PolicyError(compiled.problem);
  const { variables } = compiledMutations(policy);
  return yield* new Evaluation(variables, activationOf(sight), limits.perRequest).run(compiled);
}

function checkNames(value: Value, root: string): void {
  const wrong = misnamed(value, root);
  if (wrong.length > 0) throw new PolicyError(`type mismatch: ${wrong.join('\n')}`);
}

/** Throws `PolicyError` where JSON has nothing of the kind. */
function json(value: Value, problem: string, writer = new JsonWriter()): unknown {
  try {
    return writer.json(value);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new PolicyError(`${problem}: ${error.message}`);
  }
}

/** `config` has the identity of the object. Throws `PolicyError` where they cannot be merged. */
function* laidOver({ attributes, seen, cluster }: Sight, object: AnyObject, config: object): Steps<unknown> {
  const representation = representationOf(attributes.kind, object.apiVersion);
  const schema = representation && cluster.schemas.schemaOf(representation);
  const [definitions, root] = [schema?.definitions ?? {}, schema?.root];
  const wrong = configProblems(definitions, root, config);
  const told = wrong.length > 1 ? ['errors:', ...wrong.map((each) => `  ${each}`)].join('\n') : wrong.join('');
  if (told) {
    throw new PolicyError(`error applying patch: failed to convert patch object to typed object: ${told}`);
  }
  yield;
  const atomics = atomicParts(definitions, root, config);
  if (atomics.length > 0) {
    const what = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
    throw new PolicyError(`error applying patch: invalid ApplyConfiguration: ${what}`);
  }
  yield;
  return merged(definitions, root, seen.object, config);
}

function* configured(value: Value, sight: Sight, object: AnyObject): Steps<unknown> {
  if (!(value instanceof ConstructedValue))
    throw new PolicyError('unsupported return type from ApplyConfiguration expression');
  const config = json(value, 'invalid return type');
  checkNames(value, value.typeName);
  const { apiVersion, kind } = object;
  return yield* laidOver(sight, object, { ...(config as object), apiVersion, kind });
}

/** Of the fields of a `JSONPatch`, those that are set. What all operations have together is bounded by the writer. */
function operationOf(operation: Value, writer: JsonWriter): object {
  if (!(operation instanceof ConstructedValue)) {
    throw new PolicyError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  }
  const text = (name: string): string => String(operation.get(name) ?? '');
  const [from, value] = [text('from'), operation.get('value')];
  const problem = 'JSONPath valueExpression evaluated to a type that could not marshal to JSON';
  const content = value === undefined ? {} : { value: json(value, problem, writer) };
  if (value instanceof ConstructedValue) checkNames(value, value.typeName);
  return {
    op: text('op'),
    path: text('path'),
    ...(from ? { from } : {}),
    ...content,
  };
}

/** A failed `test` leaves the object as it is. */
function* patched(value: Value, object: AnyObject): Steps<unknown> {
  if (!(value instanceof List)) {
    throw new PolicyError('type mismatch: JSONPatchType.expression should evaluate to array');
  }
  const writer = new JsonWriter();
  const operations: object[] = [];
  for (const operation of value) {
    operations.push(operationOf(operation, writer));
    yield;
  }
  try {
    return yield* applyingJsonPatch(object, operations);
  } catch (error) {
    const problem = patchProblem(error);
    if (problem.endsWith(': test failed')) return object;
    throw new PolicyError(`JSON Patch: ${problem}`, { cause: error });
  }
}

/**
 * Changes the object of the write. Throws `PolicyError` where the mutation fails, `ApiError` 500 where it leaves no
 * object of the kind.
 */
export async function applyMutation(policy: MutatingAdmissionPolicy, index: number, sight: Sight): Promise<void> {
  const compiled = compiledMutations(policy).mutations[index];
  const { attributes, seen, cluster } = sight;
  const { object } = seen;
  if (!compiled || !object) return;
  const isPatch = policy.spec.mutations?.[index]?.patchType === 'JSONPatch';
  const value = await cluster.turns.run(evaluated(compiled, policy, sight));
  const result = await cluster.turns.run(isPatch ? patched(value, object) : configured(value, sight, object));
  if (result !== object) await replaceSeen(attributes, seen, result, cluster, isPatch ? 'Strict' : 'Ignore');
}
