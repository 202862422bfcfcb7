/** Expressions that would hold everybody up: of policies that are in force, and of such as are only written. */
import { type Attack, inDefault, times } from './attack.ts';
import type { Sent } from './client.ts';

const group = '/apis/admissionregistration.k8s.io/v1';

/** 19,000 keys, so that lists and maps of one are as long as an object may have them. */
const data = Object.fromEntries(Array.from({ length: 19_000 }, (_, at) => [`k${at}`, String(at)]));

const list = 'object.data.map(k, k)';
const expressions: readonly (readonly [what: string, expression: string])[] = [
  ['loops in loops', 'object.data.all(a, object.data.all(b, a + b != ""))'],
  [
    'a list that is doubled again and again',
    `cel.bind(a, ${list}, cel.bind(b, a + a + a + a, cel.bind(c, b + b + b + b, c == c)))`,
  ],
  ['lists that are flattened', `cel.bind(a, ${list}, [a, a, a, a, a, a, a, a].flatten().size() > 0)`],
  ['a text that is replaced by itself', `cel.bind(t, ${list}.join("aaaaaaaaaa"), t.replace("a", t) == "")`],
  ['a text that is split', `cel.bind(t, ${list}.join(" "), t.split("").size() > 0)`],
  ['a pattern that backtracks', `cel.bind(t, ${list}.join("a"), t.matches("^(a|k|[0-9])*(a|k)*!$"))`],
  ['durations by the thousand', 'object.data.all(k, duration("1h2m3s") < duration("2h"))'],
  ['addresses by the thousand', 'object.data.all(k, cidr("10.0.0.0/8").containsIP("10.1.2.3"))'],
  ['quantities by the thousand', 'object.data.all(k, quantity("1").add(quantity("2")).isGreaterThan(quantity("1")))'],
  ['a map within a map', 'object.data == object.data && object == object && oldObject == object'],
  ['a search in a list for each key', `cel.bind(a, ${list}, a.all(k, a.indexOf(k) >= 0))`],
  ['a text in hexadecimal', `"%x".format([${list}.join("aaaaaaaaaa")]) == ""`],
];

const posted = (path: string, object: object): Sent => ({
  method: 'POST',
  path,
  by: 'admin',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(object),
});

const nameOf = (at: number): string => `hostile-${at}`;
const mutatedName = (at: number): string => `mutated-${at}`;

/** For the config map of that name alone. */
const policy = (name: string, spec: object) => {
  const created = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
  const matchConstraints = { resourceRules: [{ ...created, resourceNames: [name] }] };
  return { metadata: { name }, spec: { failurePolicy: 'Ignore', matchConstraints, ...spec } };
};
const validating = (at: number, spec: object) => policy(nameOf(at), spec);

const patching = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const applying = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
/** A text of 8 letters, made twice as long so many times. */
const doubled = (count: number): string =>
  `${times(count, (at) => `cel.bind(t${at + 1}, ${at === 0 ? '"xxxxxxxx" + ""' : `t${at} + t${at}`}, `, '')}t${count}${')'.repeat(count)}`;

const adding = (path: string, value: string): string => `JSONPatch{op: "add", path: ${path}, value: ${value}}`;
const mutations: readonly (readonly [what: string, mutation: object])[] = [
  ['as many operations as are written', patching(`[${times(1500, (at) => adding(`"/data/k${at}"`, '"x"'))}]`)],
  ['an operation for each key', patching(`object.data.map(k, ${adding('"/data/" + k', '"x"')})`)],
  ['twice as many keys', patching(`object.data.map(k, ${adding('"/data/x" + k', '"x"')})`)],
  ['copies of the object within itself', patching(`[${times(60, (at) => adding(`"/data/x${at}"`, 'object'))}]`)],
  ['a text that doubles and doubles', patching(`[${adding('"/data/a"', doubled(24))}]`)],
  [
    'moves from one end of a list to the other',
    patching(`object.data.map(k, JSONPatch{op: "move", from: "/data/" + k, path: "/data/z" + k})`),
  ],
  ['a text that doubles and doubles, to be applied', applying(`Object{data: {"a": ${doubled(24)}}}`)],
  [
    'loops in loops, to be applied',
    applying('object.data.all(a, object.data.all(b, a + b != "")) ? Object{} : Object{}'),
  ],
];

const bound = (plural: string, name: string, spec: object = {}): Sent =>
  posted(`${group}/${plural}`, { metadata: { name }, spec: { policyName: name, ...spec } });

/** They are there before the config maps that they are about. */
export const policies: readonly Sent[] = [
  ...expressions.flatMap(([, expression], at) => [
    posted(`${group}/validatingadmissionpolicies`, validating(at, { validations: [{ expression }] })),
    bound('validatingadmissionpolicybindings', nameOf(at), { validationActions: ['Warn'] }),
  ]),
  ...mutations.flatMap(([, mutation], at) => [
    posted(
      `${group}/mutatingadmissionpolicies`,
      policy(mutatedName(at), { reinvocationPolicy: 'IfNeeded', mutations: [mutation] }),
    ),
    bound('mutatingadmissionpolicybindings', mutatedName(at)),
  ]),
];

const written = (what: string, expression: string, status: number): Attack => ({
  what: `a policy that says ${what}`,
  status,
  ...posted(`${group}/validatingadmissionpolicies?dryRun=All`, validating(99, { validations: [{ expression }] })),
});

export const attacksOfPolicies: readonly Attack[] = [
  ...expressions.map(([what], at) => ({
    what: `a policy that asks for ${what}`,
    status: 201,
    ...posted(`${inDefault('configmaps')}?dryRun=All`, { metadata: { name: nameOf(at) }, data }),
  })),
  ...mutations.map(([what], at) => ({
    what: `a policy that makes ${what}`,
    status: 201,
    ...posted(`${inDefault('configmaps')}?dryRun=All`, { metadata: { name: mutatedName(at) }, data }),
  })),
  written(
    'and, and, and',
    times(14_000, () => 'true', '&&'),
    201,
  ),
  written(
    'plus, plus, plus',
    times(49_000, () => '1', '+'),
    422,
  ),
  written('not, not, not', `${'!'.repeat(90_000)}true`, 422),
  written('a list of very many', `[${times(45_000, () => '1')}].size() > 0`, 201),
  written(
    'what nobody knows',
    times(14_000, (at) => `u${at}`, '&&'),
    422,
  ),
  written('many constructions', `[${times(12_000, () => 'A{a:1}')}] == []`, 422),
];
