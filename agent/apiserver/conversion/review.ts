/**
 * ConversionReview: what is asked, and what counts as an answer.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/conversion/webhook_converter.go
 */
import { isEqual, isObject, type JsonObject } from '../../api/json/value.ts';
import type { FieldError } from '../../api/kind.ts';
import { validateAnnotations, validateLabels } from '../../api/selector-validation.ts';
import type { AnyObject } from '../../api/types.ts';
import { textOf } from '../errors.ts';

const group = 'apiextensions.k8s.io';
const known = ['v1', 'v1beta1'];

/** Throws where the webhook knows none of ours. */
export function reviewVersion(accepted: readonly string[]): string {
  const version = accepted.find((each) => known.includes(each));
  if (version) return version;
  throw new Error('no supported conversion review versions');
}

export const reviewOf = (version: string, uid: string, apiVersion: string, objects: readonly AnyObject[]): object => ({
  kind: 'ConversionReview',
  apiVersion: `${group}/${version}`,
  request: { uid, desiredAPIVersion: apiVersion, objects },
});

/** What it is about, in upstream's words. */
export const typeText = ({ apiVersion, kind }: Pick<AnyObject, 'apiVersion' | 'kind'>): string =>
  `${apiVersion}, Kind=${kind}`;

function checkType(review: JsonObject, response: JsonObject, uid: string): void {
  const [apiVersion, kind] = [String(review.apiVersion ?? ''), String(review.kind ?? '')];
  if (apiVersion !== `${group}/v1` || kind !== 'ConversionReview') {
    const shown = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    throw new Error(`expected webhook response of ${group}/v1, Kind=ConversionReview, got ${shown}, Kind=${kind}`);
  }
  const given = String(response.uid ?? '');
  if (given !== uid) throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(given)}`);
}

/** Throws `Error` where the webhook has not converted them. */
export function convertedIn(answer: unknown, version: string, uid: string): unknown[] {
  const review = isObject(answer) ? answer : {};
  const { response } = review;
  if (!isObject(response)) throw new Error('no response provided');
  if (version === 'v1') checkType(review, response, uid);
  const { status = '', message = '' } = isObject(response.result) ? response.result : {};
  if (status !== 'Success') {
    throw new Error(message ? String(message) : `response.result.status was '${String(status)}', not 'Success'`);
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

const nameOfType = (value: unknown): string =>
  Array.isArray(value) ? '[]interface {}' : isObject(value) ? 'map[string]interface {}' : typeof value;

type Texts = Record<string, string>;

/** Labels or annotations as the webhook has them; they must be valid where they are not what they were. */
function textsIn(
  metadata: JsonObject,
  field: 'labels' | 'annotations',
  before: Texts | undefined,
  validate: (path: string, texts: Texts | undefined) => FieldError[],
): Texts | undefined {
  const texts = metadata[field];
  if (texts === undefined || texts === null) return undefined;
  if (!isObject(texts)) throw new Error(`invalid metadata.${field} of type ${nameOfType(texts)} in converted object`);
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') continue;
    throw new Error(`metadata.${field}[${key}] must be a string, but is ${nameOfType(value)} in converted object`);
  }
  const given = texts as Texts;
  const errors = isEqual(given, before ?? {}) ? [] : validate(`metadata.${field}`, given);
  if (errors.length > 0) throw new Error(textOf(errors));
  return given;
}

const sameFields = [
  ['kind', ({ kind }: AnyObject) => kind],
  ['name', ({ metadata }: AnyObject) => metadata.name],
  ['namespace', ({ metadata }: AnyObject) => metadata.namespace],
  ['UID', ({ metadata }: AnyObject) => metadata.uid],
] as const;

function checkSame(original: AnyObject, converted: AnyObject): void {
  for (const [field, read] of sameFields) {
    const [expected = '', found = ''] = [read(original), read(converted)];
    if (expected !== found) throw new Error(`must have the same ${field}: ${expected} != ${found}`);
  }
}

/**
 * The converted object with the metadata of the original, of which only labels and annotations may change. Throws
 * `Error` where it is another object.
 */
export function checkConverted(original: AnyObject, converted: unknown, apiVersion: string): AnyObject {
  if (!isObject(converted)) throw new Error('returned invalid object: not an object');
  if (converted.apiVersion !== apiVersion) {
    const problem = `(expected ${apiVersion}, received ${String(converted.apiVersion ?? '')})`;
    throw new Error(`returned invalid object at index 0: invalid groupVersion ${problem}`);
  }
  if (converted.kind !== original.kind) {
    const problem = `(expected ${original.kind}, received ${String(converted.kind ?? '')})`;
    throw new Error(`returned invalid object at index 0: invalid kind ${problem}`);
  }
  if (!isObject(converted.metadata)) {
    throw new Error('returned invalid metadata: missing metadata in converted object');
  }
  try {
    checkSame(original, converted as AnyObject);
  } catch (error) {
    throw new Error(`returned invalid object: ${(error as Error).message}`, { cause: error });
  }
  const { labels: oldLabels, annotations: oldAnnotations, ...kept } = original.metadata;
  const labels = textsIn(converted.metadata, 'labels', oldLabels, validateLabels);
  const annotations = textsIn(converted.metadata, 'annotations', oldAnnotations, validateAnnotations);
  const defined = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  const metadata = { ...defined, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = converted;
  return { apiVersion, kind: original.kind, metadata, ...rest } as AnyObject;
}
