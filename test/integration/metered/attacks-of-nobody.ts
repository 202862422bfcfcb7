/** By a client that may ask what it may do, as everybody may, and nothing else. */
import { type Attack, inDefault, members, times } from './attack.ts';

type Row = [what: string, status: number, body: string, headers?: Record<string, string>];

const asked =
  (type: string) =>
  ([what, status, body, headers = {}]: Row): Attack => ({
    what,
    status,
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    by: 'nobody',
    headers: { 'content-type': `application/${type}`, ...headers },
    body,
  });

const attributes = (fields: string): string => `{"spec":{"resourceAttributes":{${fields}}}}`;
const wantsYaml = { accept: 'application/yaml' };

const inYaml: Row[] = [
  ['YAML: 40,000 keys', 413, `spec:\n  ${times(40_000, (at) => `key${at}: v`, '\n  ')}\n`],
  ['YAML: 18,000 keys', 413, `spec:\n  ${times(18_000, (at) => `key${at}: v`, '\n  ')}\n`],
  ['YAML: 20,000 anchors', 413, times(20_000, (at) => `- &a${at} x`, '\n')],
  ['YAML: a list of 300,000 items', 413, '- a\n'.repeat(300_000)],
  ['YAML: 100,000 levels', 400, '['.repeat(100_000)],
];

const inJson: Row[] = [
  ['a list of 700,000 numbers', 413, `{"spec":[${'1,'.repeat(699_999)}1]}`],
  ['3 MiB of opening brackets', 413, '['.repeat(3 << 20)],
  ['250,000 opening brackets', 400, '['.repeat(250_000)],
  ['99,000 members', 413, `{"spec":{${members(99_000)}}}`],
  ['9,000 members', 413, `{"spec":{${members(9_000)}}}`],
  ['4,900 members', 422, `{"spec":{${members(4_900)}}}`],
  ['4,900 members, with an answer in YAML', 201, attributes(members(4_900)), wantsYaml],
  ['one member 4,900 times', 422, `{"spec":{${times(4_900, () => '"a":1')}}}`],
  ['4,900 long integers', 400, `{"spec":[${times(4_900, (at) => String(9007199254740993n + BigInt(at)))}]}`],
  ['a number of 3,000,000 digits', 413, `{"spec":${'1'.repeat(3_000_000)}}`],
  ['a number of 250,000 digits', 400, `{"spec":${'1'.repeat(250_000)}}`],
  ['a string of 40,000 escapes', 400, `{"spec":"${'\\u0041'.repeat(40_000)}"}`],
  ['900 levels, five times', 400, `{"spec":[${times(5, () => `${'['.repeat(900)}${']'.repeat(900)}`)}]}`],
  ['a selector of 250 kB', 201, attributes(`"fieldSelector":{"rawSelector":"${'a=b,'.repeat(62_000)}a=b"}`)],
  ['a selector of 250 kB of escapes', 201, attributes(`"fieldSelector":{"rawSelector":"a=${'\\\\,'.repeat(80_000)}"}`)],
  ['a path of 250 kB', 201, `{"spec":{"nonResourceAttributes":{"verb":"get","path":"/${'a/'.repeat(125_000)}"}}}`],
];

export const attacksOfNobody: readonly Attack[] = [
  ...inYaml.map(asked('yaml')),
  ...inJson.map(asked('json')),
  {
    ...asked('json')(['a pod that it may not create', 403, `{"spec":{${members(99_000)}}}`]),
    path: inDefault('pods'),
  },
  {
    ...asked('json')(['a token in a header of 15 kB', 403, '{}', { authorization: `Bearer ${'a.'.repeat(7_500)}` }]),
    path: inDefault('pods'),
  },
];
