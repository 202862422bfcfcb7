/** By somebody who may write: objects of nearly as many values as one may have, all in one place. */
import { Writer } from 'protobufjs/minimal.js';
import { type Attack, inDefault, members, times } from './attack.ts';
import type { Sent } from './client.ts';

const json = { 'content-type': 'application/json' };

const posted = (plural: string, body: string): Sent => ({
  method: 'POST',
  path: `${inDefault(plural)}?dryRun=All`,
  by: 'admin',
  headers: json,
  body,
});

type Row = [what: string, status: number, plural: string, fields: string];
const created = ([what, status, plural, fields]: Row): Attack => ({
  what,
  status,
  ...posted(plural, fields.startsWith('"metadata"') ? `{${fields}}` : `{"metadata":{"name":"large"},${fields}}`),
});

const inPod = (fields: string, ofContainer = ''): string =>
  `"spec":{"containers":[{"name":"c","image":"a"${ofContainer}}]${fields}}`;

const objects: Row[] = [
  ['a config map of one MiB in one key', 201, 'configmaps', `"data":{"a":"${'a'.repeat(1 << 20)}"}`],
  ['a config map of 19,500 keys', 201, 'configmaps', `"data":{${members(19_500, '"1"')}}`],
  ['19,500 unknown fields', 201, 'configmaps', members(19_500)],
  ['9,750 unknown fields twice', 201, 'configmaps', times(19_500, (at) => `"k${at % 9_750}":1`)],
  ['two keys more than allowed', 413, 'configmaps', `"data":{${members(40_002, '"1"')}}`],
  ['6,400 containers', 201, 'pods', `"spec":{"containers":[${times(6_400, (at) => `{"name":"c${at}","image":"a"}`)}]}`],
  ['6,400 variables', 201, 'pods', inPod('', `,"env":[${times(6_400, (at) => `{"name":"A${at}","value":"a"}`)}]`)],
  [
    '6,400 mounts',
    422,
    'pods',
    inPod('', `,"volumeMounts":[${times(6_400, (at) => `{"name":"v","mountPath":"/${at}"}`)}]`),
  ],
  [
    '6,400 tolerations',
    201,
    'pods',
    inPod(`,"tolerations":[${times(6_400, (at) => `{"key":"a${at}","operator":"Exists"}`)}]`),
  ],
  ['6,400 volumes', 201, 'pods', inPod(`,"volumes":[${times(6_400, (at) => `{"name":"v${at}","emptyDir":{}}`)}]`)],
  ['6,400 ports', 201, 'services', `"spec":{"ports":[${times(6_400, (at) => `{"name":"p${at}","port":${at + 1}}`)}]}`],
  [
    '9,500 addresses',
    201,
    'endpoints',
    `"subsets":[{"addresses":[${times(9_500, (at) => `{"ip":"10.0.${at >> 8}.${at & 255}"}`)}]}]`,
  ],
];

const manager = (name: string, fields: string): string =>
  `{"manager":"${name}","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{${fields}}}}`;
const owner = (uid: number): string => `{"apiVersion":"v1","kind":"Pod","name":"a","uid":"${uid}"}`;

const metadata: [what: string, status: number, fields: string][] = [
  ['19,500 labels', 201, `"labels":{${members(19_500, '"v"')}}`],
  ['19,500 invalid labels', 422, `"labels":{${members(19_500, '"-"')}}`],
  ['2,500 labels of 1,000 characters', 422, `"labels":{${members(2_500, `"${'a-'.repeat(500)}"`)}}`],
  ['19,500 annotations', 201, `"annotations":{${members(19_500, '"v"')}}`],
  ['19,500 finalizers', 201, `"finalizers":[${times(19_500, (at) => `"a.b/f${at}"`)}]`],
  [
    '2,500 finalizers of 1,000 characters',
    422,
    `"finalizers":[${times(2_500, (at) => `"${'a.'.repeat(500)}${at}-"`)}]`,
  ],
  ['3,800 owners', 201, `"ownerReferences":[${times(3_800, owner)}]`],
  ['19,500 managed fields', 201, `"managedFields":[${manager('a', members(19_500, '{}'))}]`],
  ['2,700 managers', 201, `"managedFields":[${times(2_700, (at) => manager(`a${at}`, ''))}]`],
];

/** What the server looks through for each of them, or makes of each. */
const compared: Row[] = [
  [
    '9,900 owners of one name',
    422,
    'configmaps',
    `"metadata":{"name":"large","ownerReferences":[${times(9_900, (at) => `{"uid":"${at}"}`)}]}`,
  ],
  [
    '6,500 owners of one identity',
    422,
    'configmaps',
    `"metadata":{"name":"large","ownerReferences":[${times(6_500, (at) => `{"uid":"u","name":"${at}"}`)}]}`,
  ],
  [
    '2,800 owners that are controllers',
    422,
    'configmaps',
    `"metadata":{"name":"large","ownerReferences":[${times(2_800, (at) => `${owner(at).slice(0, -1)},"controller":true}`)}]}`,
  ],
  ['3,900 empty containers', 422, 'pods', `"spec":{"containers":[${times(3_900, () => '{}')}]}`],
  ['19,800 empty containers', 413, 'pods', `"spec":{"containers":[${times(19_800, () => '{}')}]}`],
  [
    '9,900 keys of a label twice',
    422,
    'pods',
    inPod(
      `,"topologySpreadConstraints":[{"matchLabelKeys":[${times(9_900, (at) => `"a${at}"`)}],"labelSelector":{"matchExpressions":[${times(
        4_900,
        (at) => `{"key":"a${at}"}`,
      )}]}}]`,
    ),
  ],
  [
    '19,800 expressions',
    422,
    'pods',
    inPod(
      `,"affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"podAffinityTerm":{"labelSelector":{"matchExpressions":[${times(19_800, () => '{}')}]}}}]}}`,
    ),
  ],
];

const patched = (type: string, what: string, body: string): Attack => ({
  what,
  status: 200,
  method: 'PATCH',
  path: inDefault('configmaps', 'patched'),
  by: 'admin',
  headers: { 'content-type': `application/${type}+json` },
  body,
});

/** What the patches are applied to: it is there before them. */
export const patchedObject: Sent = {
  ...posted('', `{"metadata":{"name":"patched"},"data":{${members(19_500, '"1"')}}}`),
  path: inDefault('configmaps'),
};

const got = (what: string, status: number, search: string, headers: Record<string, string> = {}): Attack => ({
  what,
  status,
  method: 'GET',
  path: `${inDefault('configmaps')}${search}`,
  by: 'admin',
  headers,
});

/** A config map, as Go's clients send it. */
function protobuf(keys: number): Buffer {
  const map = Writer.create();
  map.uint32(10).fork().uint32(10).string('large').ldelim();
  for (let at = 0; at < keys; at += 1)
    map.uint32(18).fork().uint32(10).string(`k${at}`).uint32(18).string('1').ldelim();
  const envelope = Writer.create();
  envelope.uint32(10).fork().uint32(10).string('v1').uint32(18).string('ConfigMap').ldelim();
  envelope.uint32(18).bytes(map.finish());
  return Buffer.concat([Buffer.from('k8s\0'), envelope.finish()]);
}

const values = `in (${times(2_000, (at) => `v${at}`)})`;

export const attacksOfWriters: readonly Attack[] = [
  ...objects.map(created),
  ...compared.map(created),
  ...metadata.map(
    ([what, status, fields]): Attack => ({
      what,
      status,
      ...posted('configmaps', `{"metadata":{"name":"large",${fields}}}`),
    }),
  ),
  {
    what: 'a stored config map of 19,500 keys',
    status: 201,
    ...posted('', `{"metadata":{"generateName":"stored-"},"data":{${members(19_500, '"1"')}}}`),
    path: inDefault('configmaps'),
  },
  {
    what: 'a config map of 19,500 keys in protobuf',
    status: 201,
    ...posted('configmaps', ''),
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: protobuf(19_500),
  },
  patched('merge-patch', 'a merge patch of 19,500 keys', `{"data":{${members(19_500, '"2"')}}}`),
  patched('strategic-merge-patch', 'a strategic patch of 19,500 keys', `{"data":{${members(19_500, '"3"')}}}`),
  patched(
    'json-patch',
    'a JSON patch of 10,000 operations',
    `[${times(10_000, (at) => `{"op":"replace","path":"/data/k${at}","value":"4"}`)}]`,
  ),
  {
    ...patched(
      'json-patch',
      'a JSON patch of copies',
      `[${times(6, (at) => `{"op":"copy","from":"/data","path":"/a${at}"}`)}]`,
    ),
    status: 413,
  },
  got('an answer in YAML of 19,500 keys', 200, '/patched', { accept: 'application/yaml' }),
  got('a pretty answer of 19,500 keys', 200, '/patched?pretty=true'),
  got('a label selector of 13 kB', 200, `?labelSelector=${encodeURIComponent(`a ${values}`)}`),
  got(
    'a field selector of 13 kB',
    200,
    `?fieldSelector=${times(1_000, (at) => `metadata.name!=a${at}`, '%2C').slice(0, 13_000)}`,
  ),
];
