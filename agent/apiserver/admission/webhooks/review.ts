/**
 * AdmissionReview: what is asked, and what counts as an answer.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/request/admissionreview.go
 */
import { isObject, type JsonObject } from '../../../api/json/value.ts';
import type { Status } from '../../../api/types.ts';
import type { UserInfo } from '../../user.ts';
import type { Attributes, Operation } from '../attributes.ts';
import { isNamespace, type Served } from '../match/rules.ts';
import type { Seen } from '../match/seen.ts';

const group = 'admission.k8s.io';
const known = ['v1', 'v1beta1'];

/** The first that both know. Throws `Error` where there is none. */
export function reviewVersion(accepted: readonly string[]): string {
  const version = accepted.find((each) => known.includes(each));
  if (version) return version;
  throw new Error(
    'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
  );
}

const optionsKinds: Readonly<Record<Operation, string | undefined>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  delete: 'DeleteOptions',
  connect: undefined,
};

function optionsOf({ operation, options }: Attributes): object | null {
  const kind = optionsKinds[operation];
  return kind ? { kind, apiVersion: 'meta.k8s.io/v1', ...options } : null;
}

const userOf = ({ username, uid, groups, extra }: UserInfo): object => ({
  username,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});

const resourceIn = ({ group, version }: Served, { kind }: Attributes): object => ({
  group,
  version,
  resource: kind.plural,
});

export function reviewOf(version: string, uid: string, attributes: Attributes, seen: Seen): object {
  const { subresource, info, operation, user, dryRun } = attributes;
  const name = attributes.name || (attributes.object?.metadata.name ?? '');
  // A namespace counts as being in itself.
  const namespace = attributes.namespace || (isNamespace(attributes) ? name : '');
  return {
    kind: 'AdmissionReview',
    apiVersion: `${group}/${version}`,
    request: {
      uid,
      kind: seen.kind,
      resource: resourceIn(seen.served, attributes),
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: seen.requested,
      requestResource: resourceIn(info, attributes),
      ...(subresource ? { requestSubResource: subresource } : {}),
      ...(name ? { name } : {}),
      ...(namespace ? { namespace } : {}),
      operation: operation.toUpperCase(),
      userInfo: userOf(user),
      object: seen.object ?? null,
      oldObject: seen.old ?? null,
      dryRun,
      options: optionsOf(attributes),
    },
  };
}

export interface Verdict {
  allowed: boolean;
  result: Partial<Status> | undefined;
  warnings: readonly string[];
  /** The bytes of a patch, of which there is none where they are empty. */
  patch: Buffer;
  patchType: string;
}

/** A value that is no JSON of that type makes Go's decoder fail; null and absence mean the zero value. */
function field<T>(response: JsonObject, name: string, type: string, isOne: (value: unknown) => value is T, zero: T): T {
  const value = response[name] ?? zero;
  if (isOne(value)) return value;
  const found = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  throw new Error(
    `json: cannot unmarshal ${found.replace('boolean', 'bool')} into Go struct field AdmissionResponse.response.${name} of type ${type}`,
  );
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

function resultOf(response: JsonObject): Partial<Status> | undefined {
  const result = field(response, 'status', 'v1.Status', isObject, {});
  if (Object.keys(result).length === 0) return undefined;
  const text = (name: string) => field(result, name, 'string', isString, '');
  const { code, details } = result;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    message: text('message'),
    reason: text('reason'),
    ...(isObject(details) ? { details } : {}),
  };
}

const invalid = (problem: string): Error => new Error(`received invalid webhook response: ${problem}`);

function checkTypes(review: JsonObject, uid: string, response: JsonObject): void {
  const given = field(response, 'uid', 'types.UID', isString, '');
  if (given !== uid) throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(given)}`);
  const [apiVersion, kind] = [String(review.apiVersion ?? ''), String(review.kind ?? '')];
  if (apiVersion === `${group}/v1` && kind === 'AdmissionReview') return;
  const shown = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  throw invalid(`expected webhook response of ${group}/v1, Kind=AdmissionReview, got ${shown}, Kind=${kind}`);
}

function checkPatch(
  mutating: boolean,
  { patch, patchType }: Pick<Verdict, 'patch' | 'patchType'>,
  typed: boolean,
): void {
  const has = patch.length > 0;
  if (!mutating && has) throw invalid('validating webhook may not return response.patch');
  if (!mutating && typed) throw invalid('validating webhook may not return response.patchType');
  if (has && !typed) throw invalid('webhook returned response.patch but not response.patchType');
  if (!has && typed) throw invalid('webhook returned response.patchType but not response.patch');
  if (typed && patchType === '') throw invalid('webhook returned invalid response.patchType of ""');
}

/**
 * Throws `Error` where the answer is none to the review of that uid. Answers in v1beta1 are asked less, as upstream
 * does.
 */
export function verdictIn(answer: unknown, version: string, uid: string, mutating: boolean): Verdict {
  const review = isObject(answer) ? answer : {};
  const { response } = review;
  if (!isObject(response)) throw invalid('webhook response was absent');
  const strict = version === 'v1';
  if (strict) checkTypes(review, uid, response);
  const patch = Buffer.from(field(response, 'patch', '[]uint8', isString, ''), 'base64');
  const typed = response.patchType !== undefined && response.patchType !== null;
  const patchType = field(response, 'patchType', 'v1.PatchType', isString, '');
  if (strict) checkPatch(mutating, { patch, patchType }, typed);
  return {
    allowed: field(response, 'allowed', 'bool', isBoolean, false),
    result: resultOf(response),
    warnings: field(response, 'warnings', '[]string', isStrings, []),
    patch: mutating ? patch : Buffer.alloc(0),
    patchType: strict ? patchType : 'JSONPatch',
  };
}
