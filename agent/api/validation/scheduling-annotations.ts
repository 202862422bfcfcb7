/**
 * Annotations that are older than the fields for tolerations, taints and avoided pods: JSON, judged as the fields are.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateTolerationsInPodAnnotations, ValidateNodeSpecificAnnotations)
 */
import { invalid, required } from '../field-errors.ts';
import { goNameOf, type Reading, readMap, readObjects } from '../json/go-document.ts';
import { isObject } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { own } from '../own.ts';
import type { core } from '../types.ts';
import { validateTaints, validateTolerations } from './tolerations.ts';

type Annotations = Readonly<Record<string, string>> | undefined;

const prefix = 'scheduler.alpha.kubernetes.io/';
const tolerationsKey = `${prefix}tolerations`;
const taintsKey = `${prefix}taints`;
const avoidedKey = `${prefix}preferAvoidPods`;

/** Fields of an internal type: our name of each, and Go's name and type. */
type Fields = Readonly<Record<string, readonly [name: string, type: string]>>;

const tolerationFields: Fields = {
  key: ['Key', 'string'],
  operator: ['Operator', 'core.TolerationOperator'],
  value: ['Value', 'string'],
  effect: ['Effect', 'core.TaintEffect'],
  tolerationSeconds: ['TolerationSeconds', 'int64'],
};
const taintFields: Fields = {
  key: ['Key', 'string'],
  value: ['Value', 'string'],
  effect: ['Effect', 'core.TaintEffect'],
};

const fits = (value: unknown, type: string): boolean =>
  type === 'int64' ? Number.isInteger(value) : typeof value === 'string';

/** Go takes the names of fields in any case. */
function readFields(object: Record<string, unknown>, goType: string, fields: Fields): Reading<object> {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    for (const [field, [name, type]] of Object.entries(fields)) {
      if (value === null || name.toLowerCase() !== key.toLowerCase()) continue;
      if (!fits(value, type)) {
        const problem = `json: cannot unmarshal ${goNameOf(value)} into Go struct field ${goType}.${name} of type ${type}`;
        return { problem };
      }
      found[field] = value;
    }
  }
  return { value: found };
}

function readList(text: string, goType: string, fields: Fields): Reading<object[]> {
  const { value: items, problem } = readObjects(text, `core.${goType}`);
  if (problem !== undefined) return { problem };
  const list: object[] = [];
  for (const item of items) {
    const read = readFields(item, goType, fields);
    if (read.problem !== undefined) return { problem: read.problem };
    list.push(read.value);
  }
  return { value: list };
}

/** `path` is that of the annotations. */
function validateList(
  path: string,
  annotations: Annotations,
  key: string,
  read: (text: string) => Reading<object[]>,
  judge: (at: string, list: object[]) => FieldError[],
): FieldError[] {
  const text = own(annotations ?? {}, key);
  if (!text) return [];
  const { value, problem } = read(text);
  return problem === undefined ? judge(`${path}.${key}`, value) : [invalid(path, key, problem)];
}

/** Of a pod. `path` is that of the annotations. */
export const validateTolerationsAnnotation = (path: string, annotations: Annotations): FieldError[] =>
  validateList(
    path,
    annotations,
    tolerationsKey,
    (text) => readList(text, 'Toleration', tolerationFields),
    (at, list: core.Toleration[]) => validateTolerations(at, list),
  );

/** Upstream shows Go's names of the fields. */
function validateAvoided(at: string, entry: unknown): FieldError[] {
  const signature = isObject(entry) ? entry.podSignature : undefined;
  const controller = isObject(signature) ? signature.podController : undefined;
  if (!isObject(controller)) return [required(`${at}.PodSignature`)];
  if (controller.controller === true) return [];
  return [invalid(`${at}.PodSignature.PodController.Controller`, false, 'must point to a controller')];
}

function validateAvoidedPods(path: string, annotations: Annotations): FieldError[] {
  const text = own(annotations ?? {}, avoidedKey);
  if (!text) return [];
  const { value, problem } = readMap(text, 'v1.AvoidPods');
  if (problem !== undefined) return [invalid(`${path}.AvoidPods`, avoidedKey, problem)];
  const entries = Array.isArray(value.preferAvoidPods) ? value.preferAvoidPods : [];
  return entries.flatMap((entry: unknown, index) => validateAvoided(`${path}.${avoidedKey}[${index}]`, entry));
}

/** Of a node. `path` is that of the annotations. */
export const validateNodeAnnotations = (path: string, annotations: Annotations): FieldError[] => [
  ...validateList(
    path,
    annotations,
    taintsKey,
    (text) => readList(text, 'Taint', taintFields),
    (at, list: Partial<core.Taint>[]) => validateTaints(at, list),
  ),
  ...validateAvoidedPods(path, annotations),
];
