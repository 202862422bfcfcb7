import { expect, it } from 'vitest';
import { deployments } from '../../../../../agent/api/apps/deployment.ts';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core } from '../../../../../agent/api/types.ts';
import { aDeployment, aPod } from '../builders.ts';

const warningsOf = (spec: Partial<core.PodSpec>): string[] => {
  const pod = aPod({ spec });
  pods.default?.(pod);
  expect(pods.validate?.(pod)).toEqual([]);
  return pods.warn?.(pod) ?? [];
};
const container = (name: string, more: Partial<core.Container> = {}) => ({ name, image: 'a', ...more });
const port = (containerPort: number, more: Partial<core.ContainerPort> = {}) => ({ containerPort, ...more });
const topologyKey = 'kubernetes.io/hostname';

it.each<[string, Partial<core.PodSpec>, string[]]>([
  ['nothing odd', {}, []],
  [
    'the same port twice',
    {
      containers: [
        container('a', { ports: [port(80)] }),
        container('b', { ports: [port(80), port(53, { protocol: 'UDP' })] }),
      ],
    },
    ['spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]'],
  ],
  [
    'ports that overlap or may',
    {
      containers: [
        container('a', {
          ports: [port(80, { hostPort: 80 }), port(80), port(80, { hostPort: 80, hostIP: '10.0.0.1' })],
        }),
      ],
    },
    [
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
      'spec.containers[0].ports[2]: dangerously ambiguous port definition with spec.containers[0].ports[0]',
      'spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[1]',
    ],
  ],
  [
    'a variable that hides another, and one that extends it',
    {
      containers: [
        container('a', {
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
            { name: 'A', value: '$(A)3' },
          ],
        }),
      ],
    },
    ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
  ],
  [
    'half a byte',
    { containers: [container('a', { resources: { limits: { memory: '500m' } } })] },
    [
      'spec.containers[0].resources.limits[memory]: fractional byte value "500m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "500m" is invalid, must be an integer',
    ],
  ],
  [
    'labels of long ago, selectors of nothing',
    {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule' }],
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } },
    },
    [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
    ],
  ],
  [
    'what is there twice, and a grace that cannot be',
    {
      hostAliases: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }],
      imagePullSecrets: [{ name: 'a' }, { name: 'a' }],
      terminationGracePeriodSeconds: -1,
    },
    [
      'spec.hostAliases[1].ip: duplicate ip "10.0.0.1"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
    ],
  ],
])('with %s a pod is stored, and its author told', (_what, spec, expected) => {
  expect(warningsOf(spec)).toEqual(expected);
});

it('a name with dots surprises as a host name', () => {
  const surprise = 'which can result in surprising behavior; a DNS label is recommended: [must not contain dots]';
  expect(pods.warn?.(aPod({ metadata: { name: 'a.b' } }))).toEqual([
    `metadata.name: this is used in the Pod's hostname, ${surprise}`,
  ]);
  const deployment = { ...aDeployment(), metadata: { ...aDeployment().metadata, name: 'a.b' } };
  expect(deployments.warn?.(deployment)).toEqual([
    `metadata.name: this is used in Pod names and hostnames, ${surprise}`,
  ]);
});

it('a template is looked at when it changes, and not with every status', () => {
  const containers = [container('a', { ports: [port(80), port(80)] })];
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
  const before = { ...aDeployment({ template }), metadata: { ...aDeployment().metadata, generation: 1 } };
  const after = { ...before, metadata: { ...before.metadata, generation: 2 } };
  expect(deployments.warn?.(after, before)).toEqual([
    'spec.template.spec.containers[0].ports[1]: duplicate port definition with spec.template.spec.containers[0].ports[0]',
  ]);
  expect(deployments.warn?.(before, before)).toEqual([]);
});

it('a negative grace is one second', () => {
  expect(pods.gracePeriodSeconds?.(aPod({ spec: { nodeName: 'n', terminationGracePeriodSeconds: -5 } }))).toBe(1);
});
