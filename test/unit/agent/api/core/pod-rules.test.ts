import { expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core } from '../../../../../agent/api/types.ts';
import { aPod, lines } from '../builders.ts';

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';
const problems = (spec: Partial<core.PodSpec>): string[] => {
  const pod = aPod({ spec });
  pods.default?.(pod);
  return lines(pods.validate?.(pod));
};
const container = (more: Partial<core.Container>) => ({ containers: [{ name: 'a', image: 'a', ...more }] });

it.each<[string, Partial<core.PodSpec>, string[]]>([
  [
    'no node selector term',
    { affinity: { nodeAffinity: { [hard]: { nodeSelectorTerms: [] } } } },
    [`spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms: Required: must have at least one node selector term`],
  ],
  [
    'expressions that say nothing',
    {
      affinity: {
        nodeAffinity: {
          [hard]: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'a', operator: 'In' },
                  { key: 'a', operator: 'Gt', values: [] },
                  { key: 'a', operator: 'Foo' },
                ],
              },
            ],
          },
        },
      },
    },
    [
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms[0].matchExpressions[0].values: Required: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms[0].matchExpressions[1].values: Required: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms[0].matchExpressions[2].operator: Invalid: not a valid selector operator`,
    ],
  ],
  [
    'an affinity without a topology, and one that weighs too much',
    {
      affinity: {
        podAntiAffinity: {
          [hard]: [{ topologyKey: '' }],
          [soft]: [{ weight: 101, podAffinityTerm: { topologyKey: 'a' } }],
        },
      },
    },
    [
      `spec.affinity.podAntiAffinity.${hard}[0].topologyKey: Required: can not be empty`,
      `spec.affinity.podAntiAffinity.${soft}[0].weight: Invalid: must be in the range 1-100`,
    ],
  ],
  [
    'a spread that spreads nothing',
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }] },
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required: can not be empty',
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: NotSupported: supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
  ],
  [
    'a privileged container that may not escalate',
    container({ securityContext: { privileged: true, allowPrivilegeEscalation: false, runAsUser: -1 } }),
    [
      'spec.containers[0].securityContext.runAsUser: Invalid: must be between 0 and 2147483647, inclusive',
      'spec.containers[0].securityContext: Invalid: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'groups that cannot be',
    { securityContext: { fsGroup: -1 } },
    ['spec.securityContext.fsGroup: Invalid: must be between 0 and 2147483647, inclusive'],
  ],
  [
    'a request above its limit, besides what else is wrong',
    container({ resources: { limits: { cpu: '1' }, requests: { cpu: '2', foo: '1' } } }),
    [
      'spec.containers[0].resources.requests[foo]: Invalid: must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[foo]: Invalid: must be a standard resource for containers',
      'spec.containers[0].resources.requests: Invalid: must be less than or equal to cpu limit of 1',
    ],
  ],
])('a pod with %s is refused', (_what, spec, expected) => {
  expect(problems(spec)).toEqual(expected);
});

it('a pod with everything in order is not', () => {
  const nodeAffinity = {
    [hard]: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] },
    [soft]: [{ weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }],
  };
  const labelSelector = { matchLabels: { a: 'b' } };
  const podAffinity = { [hard]: [{ labelSelector, topologyKey: 'kubernetes.io/hostname' }] };
  const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector };
  expect(
    problems({
      ...container({ securityContext: { allowPrivilegeEscalation: false, runAsUser: 1000 } }),
      affinity: { nodeAffinity, podAffinity },
      topologySpreadConstraints: [spread],
    }),
  ).toEqual([]);
});
