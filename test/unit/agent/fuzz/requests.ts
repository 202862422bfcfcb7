/** Requests of any kind: known ones, changed in places. */
import { mediaType, patchTypes } from '../../../../agent/api/media-types.ts';
import type { Definitions } from '../../../../agent/api/schema/schema.ts';
import { toYaml } from '../../../../agent/apiserver/http/yaml.ts';
import { protobufEncoder } from '../../../../agent/apiserver/protobuf/encode.ts';
import { sampleOfAnyKind } from './any-kind.ts';
import { selector } from './expressions.ts';
import { mutatedBytes, mutatedText, mutatedValue } from './mutate.ts';
import { bare, definitionOf, definitionsPath, type Sample, samples } from './objects.ts';
import type { Random } from './random.ts';
import { schema } from './schemas.ts';
import { anyValue, define, strangeTexts } from './values.ts';

export interface FuzzRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** What the request may be about. */
  sample: Sample;
}

const methods = ['GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE'] as const;
const parts = [
  'status',
  'scale',
  'log',
  'exec',
  'proxy/a',
  'binding',
  'eviction',
  'ephemeralcontainers',
  'resize',
  'token',
  'finalize',
  'approval',
] as const;
const others = [
  '/',
  '/api',
  '/apis',
  '/apis/apps/v1',
  '/version',
  '/healthz',
  '/readyz/etcd',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3/api/v1',
  '/api/v1/watch/pods',
] as const;
const reviews = [
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/api/v1/namespaces/default/pods/web/binding',
  '/api/v1/namespaces/default/pods/web/eviction',
] as const;

/** A URL has no halves of characters. */
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());
const signs = /[#\0-\x20\x7f-\uffff]/g;
/** What a URL cannot carry as it is. */
const urlText = (text: string): string =>
  text.toWellFormed().replace(signs, (sign) => (sign.isWellFormed() ? escaped(sign) : sign));

const queries: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  () => 'dryRun=All',
  () => 'watch=1',
  () => 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
  (random) => `labelSelector=${escaped(selector(random))}`,
  (random) => `fieldSelector=${escaped(selector(random))}`,
  (random) => `limit=${random.pick(['1', '-1', '0', '9223372036854775808', 'x'])}`,
  (random) => `continue=${escaped(random.pick(strangeTexts))}`,
  (random) =>
    `continue=${Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: random.below(99), start: 'a\0' })).toString('base64url')}`,
  (random) => `resourceVersion=${random.pick(['0', '1', '-1', '99999999999999999999', 'x', ''])}`,
  (random) => `resourceVersionMatch=${random.pick(['Exact', 'NotOlderThan', 'x'])}`,
  (random) => `fieldManager=${escaped(random.pick(strangeTexts))}`,
  () => 'fieldManager=fuzz',
  () => 'fieldManager=fuzz&force=true',
  (random) => `fieldValidation=${random.pick(['Strict', 'Warn', 'Ignore', 'x'])}`,
  (random) => `propagationPolicy=${random.pick(['Orphan', 'Foreground', 'Background', 'x'])}`,
  (random) => `gracePeriodSeconds=${random.pick(['0', '-1', '1', '99999999999999999999', 'x'])}`,
  () => 'timeoutSeconds=1',
  () => 'pretty=true&%zz=%',
  (random) => `${random.pick(strangeTexts)}=${random.pick(strangeTexts)}`,
];

const accepts = [
  mediaType.json,
  mediaType.yaml,
  mediaType.protobuf,
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1;q=0.5, */*;q=0.1',
  'application/cbor',
  '*/*',
  ';;,,q=',
] as const;

const nameIn = ({ path }: Sample): string => (path === definitionsPath ? 'things.example.com' : 'web');

function pathOf(random: Random, method: FuzzRequest['method'], sample: Sample): string {
  if (random.chance(0.04)) return random.pick(others);
  if (random.chance(0.06)) return random.pick(reviews);
  const base = random.chance(0.05) ? '/apis/example.com/v1/namespaces/default/things' : sample.path;
  const isNamed = method === 'POST' ? random.chance(0.1) : random.chance(0.85);
  const named = isNamed ? `${base}/${nameIn(sample)}` : base;
  const whole = isNamed && random.chance(0.15) ? `${named}/${random.pick(parts)}` : named;
  return random.chance(0.05) ? `/${mutatedText(random, whole.slice(1))}` : whole;
}

function objectFor(random: Random, sample: Sample): unknown {
  if (random.chance(0.05)) return anyValue(random);
  if (sample.path === definitionsPath && random.chance(0.5)) {
    return mutatedValue(random, definitionOf({ type: 'object', properties: { spec: schema(random) } }));
  }
  const object = random.chance(0.5) ? sample.object : bare(sample);
  return random.chance(0.25) ? object : mutatedValue(random, object);
}

const pointers = [
  '/metadata/labels',
  '/spec',
  '/spec/template/spec/containers/0/image',
  '/data/a',
  '/metadata/managedFields',
  '/rules/-',
] as const;

const jsonPatchFor = (random: Random, object: unknown): unknown =>
  random.some(4, () => ({
    op: random.pick(['add', 'remove', 'replace', 'test', 'copy', 'move']),
    path: random.pick(pointers),
    from: random.pick(pointers),
    value: random.chance(0.5) ? anyValue(random, 2) : object,
  }));

/** JSON as a client writes it, which may repeat keys and hold integers of any length. */
const jsonText = (random: Random, value: unknown): string => {
  const text = JSON.stringify(value) ?? 'null';
  if (random.chance(0.05)) return mutatedText(random, text);
  return random.chance(0.05) ? text.replace('{', '{"metadata":{"name":"other"},"metadata":1,') : text;
};

/** A client encodes objects of the right shape alone; what is wrong with the bytes comes afterwards. */
function inProtobuf(random: Random, { object }: Sample): Buffer {
  const bytes = Buffer.concat([...(protobufEncoder.object(object) ?? [])]);
  return random.chance(0.2) ? bytes : mutatedBytes(random, bytes);
}

function encoded(random: Random, type: string, value: unknown): Buffer {
  if (type === mediaType.yaml && random.chance(0.5)) return Buffer.from(mutatedText(random, toYaml(value)));
  const bytes = Buffer.from(jsonText(random, value));
  return random.chance(0.05) ? mutatedBytes(random, bytes) : bytes;
}

function typeOf(random: Random, method: FuzzRequest['method']): string {
  if (random.chance(0.03)) return mutatedText(random, mediaType.json).replaceAll(/[^\x20-\x7e]/g, '');
  if (method === 'PATCH') return patchTypes[random.below(patchTypes.length)] ?? mediaType.mergePatch;
  return random.pick([mediaType.json, mediaType.json, mediaType.json, mediaType.yaml, mediaType.protobuf]);
}

export function anyRequest(random: Random, definitions: Definitions): FuzzRequest {
  const method = random.pick(methods);
  const sample = random.chance(0.3) ? sampleOfAnyKind(random, definitions) : random.pick(samples);
  const type = typeOf(random, method);
  const object = objectFor(random, sample);
  const isJsonPatch = type === mediaType.jsonPatch && random.chance(0.9);
  const query = random.some(2, () => random.pick(queries)(random)).join('&');
  const headers: Record<string, string> = { 'content-type': type };
  if (random.chance(0.3))
    define(headers, 'accept', random.chance(0.8) ? random.pick(accepts) : mutatedText(random, random.pick(accepts)));
  const value = isJsonPatch ? jsonPatchFor(random, object) : object;
  const body = type === mediaType.protobuf ? inProtobuf(random, sample) : encoded(random, type, value);
  return {
    method,
    path: urlText(`${pathOf(random, method, sample)}${query ? `?${query}` : ''}`),
    headers,
    body: method === 'GET' ? Buffer.alloc(0) : body,
    sample,
  };
}
