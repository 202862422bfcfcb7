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

const validating = (at: number, spec: object) => ({
  metadata: { name: nameOf(at) },
  spec: {
    failurePolicy: 'Ignore',
    matchConstraints: {
      resourceRules: [
        {
          operations: ['CREATE'],
          apiGroups: [''],
          apiVersions: ['v1'],
          resources: ['configmaps'],
          resourceNames: [nameOf(at)],
        },
      ],
    },
    ...spec,
  },
});

/** They are there before the config maps that they are about. */
export const policies: readonly Sent[] = expressions.flatMap(([, expression], at) => [
  posted(`${group}/validatingadmissionpolicies`, validating(at, { validations: [{ expression }] })),
  posted(`${group}/validatingadmissionpolicybindings`, {
    metadata: { name: nameOf(at) },
    spec: { policyName: nameOf(at), validationActions: ['Warn'] },
  }),
]);

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
