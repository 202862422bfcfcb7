import { expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core, Pod } from '../../../../../agent/api/types.ts';
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
      `spec.affinity.podAntiAffinity.${hard}[0].topologyKey: Invalid: name part must be non-empty`,
      expect.stringContaining(`${hard}[0].topologyKey: Invalid: name part must consist of alphanumeric characters`),
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
  [
    'fields of the downward API that there are not',
    {
      ...container({
        env: [
          { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.lables' } } },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['a']" } } },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } },
          { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } },
          { name: 'E', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a']" } } },
          { name: 'F', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } },
        ],
      }),
      volumes: [
        {
          name: 'v',
          downwardAPI: {
            items: [
              { path: 'a', fieldRef: { fieldPath: 'status.podIP' } },
              { path: 'b', resourceFieldRef: { resource: 'limits.cpu' } },
              { path: 'c' },
              { path: 'd', fieldRef: { fieldPath: 'metadata.labels' } },
            ],
          },
        },
      ],
    },
    [
      'spec.volumes[0].downwardAPI.fieldRef.fieldPath: NotSupported: supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
      'spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required',
      'spec.volumes[0].downwardAPI: Required: one of fieldRef and resourceFieldRef is required',
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid: error converting fieldPath: field label not supported: metadata.lables',
      "spec.containers[0].env[1].valueFrom.fieldRef.fieldPath: Invalid: error converting fieldPath: field label does not support subscript: spec.nodeName['a']",
      'spec.containers[0].env[2].valueFrom.fieldRef.fieldPath: NotSupported: supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      'spec.containers[0].env[3].valueFrom.resourceFieldRef.resource: NotSupported: supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
    ],
  ],
  [
    "ports that two want, and one that is not the host's",
    {
      hostNetwork: true,
      containers: [
        { name: 'a', image: 'a', ports: [{ containerPort: 80, hostPort: 81 }] },
        { name: 'b', image: 'b', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] },
        { name: 'c', image: 'c', ports: [{ containerPort: 80, hostPort: 80 }] },
      ],
    },
    [
      'spec.containers[2].ports[0].hostPort: Duplicate',
      'spec.containers[0].ports[0].hostPort: Invalid: must match `containerPort` when `hostNetwork` is true',
    ],
  ],
  [
    'names and name servers that are none',
    {
      hostAliases: [{ ip: 'a', hostnames: ['b', 'C'] }],
      dnsConfig: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3', 'x'], options: [{ value: '5' }] },
    },
    [
      'spec.dnsConfig.nameservers: Invalid: must not have more than 3 nameservers',
      'spec.dnsConfig.nameservers[3]: Invalid: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'spec.dnsConfig.options[0]: Required: must not be empty',
      'spec.hostAliases[0].ip: Invalid: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      expect.stringMatching(/^spec.hostAliases\[0\].hostnames\[1\]: Invalid: a lowercase RFC 1123 subdomain must/),
    ],
  ],
  [
    'words that mean nothing',
    {
      ...container({
        terminationMessagePolicy: 'Log',
        volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a', subPathExpr: '$(A)' }],
      }),
      preemptionPolicy: 'Sometimes',
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '-1' } }],
    },
    [
      'spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
      'spec.containers[0].terminationMessagePolicy: NotSupported: supported values: "File", "FallbackToLogsOnError"',
      // What is not valid cannot be mounted.
      'spec.containers[0].volumeMounts[0].name: NotFound',
      'spec.containers[0].volumeMounts[0].subPathExpr: Invalid: subPathExpr and subPath are mutually exclusive',
      'spec.preemptionPolicy: NotSupported: supported values: "PreemptLowerPriority", "Never"',
    ],
  ],
  [
    'a debugging container from the start',
    { ephemeralContainers: [{ name: 'debug', image: 'b' }] },
    ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
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

const running = { containers: [{ name: 'a', image: 'a' }] };
const debugged = (...ephemeralContainers: core.EphemeralContainer[]) => {
  const pod = aPod({ spec: { ...running, ephemeralContainers } });
  pods.default?.(pod);
  return pod;
};

/** Through the subresource. */
const updated = (pod: Pod, old: Pod) =>
  pods.subresources?.find(({ name }) => name === 'ephemeralcontainers')?.validate?.(pod, old);

it.each<[string, core.EphemeralContainer[], string[]]>([
  [
    'more than it may be',
    [
      {
        name: 'debug',
        image: 'b',
        ports: [{ containerPort: 80 }],
        livenessProbe: { exec: { command: ['a'] } },
        resources: { limits: { cpu: '1' } },
      },
    ],
    ['ports', 'resources', 'livenessProbe'].map(
      (field) => `spec.ephemeralContainers[0].${field}: Forbidden: cannot be set for an Ephemeral Container`,
    ),
  ],
  [
    "another's name, and looks at nobody",
    [{ name: 'a', image: 'b', targetContainerName: 'c' }],
    ['spec.ephemeralContainers[0].name: Duplicate', 'spec.ephemeralContainers[0].targetContainerName: NotFound'],
  ],
  ['nothing against it', [{ name: 'debug', image: 'b', targetContainerName: 'a' }], []],
])('a debugging container with %s', (_what, containers, expected) => {
  expect(lines(updated(debugged(...containers), debugged()))).toEqual(expected);
});

it('a debugging container stays as it was', () => {
  const [first, second] = [
    { name: 'first', image: 'a' },
    { name: 'second', image: 'a' },
  ];
  const before = debugged(first, second);
  expect(lines(updated(debugged(second, first, { name: 'third', image: 'a' }), before))).toEqual([]);
  expect(lines(updated(debugged({ ...first, image: 'b' }), before))).toEqual([
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "first" may not be changed',
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "second" may not be removed\n',
  ]);
});

const sysctlRule =
  'must have at most 253 characters and match regex ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctls = (...names: string[]) => ({ securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) } });
const at = (index: number) => `spec.securityContext.sysctls[${index}].name`;

it.each<[string, Partial<core.PodSpec>, string[]]>([
  ['names with dots, slashes, dashes and underscores', sysctls('net.ipv4.ip_forward', 'net/ipv4/x-1', 'a'), []],
  ['a dash at the end', sysctls('foo-'), [`${at(0)}: Invalid: ${sysctlRule}`]],
  ['two dots in a row', sysctls('kernel.sem', 'bar..'), [`${at(1)}: Invalid: ${sysctlRule}`]],
  ['a space', sysctls('foo bar'), [`${at(0)}: Invalid: ${sysctlRule}`]],
  ['a capital letter', sysctls('Net.core'), [`${at(0)}: Invalid: ${sysctlRule}`]],
  ['a name that is too long', sysctls('a'.repeat(254)), [`${at(0)}: Invalid: ${sysctlRule}`]],
  ['no name', sysctls(''), [`${at(0)}: Required`]],
  ['a name twice', sysctls('kernel.sem', 'kernel.sem'), [`${at(1)}: Duplicate`]],
  [
    'a sysctl of the network that the pod shares with its node',
    { ...sysctls('net.core.somaxconn'), hostNetwork: true },
    [`${at(0)}: Invalid: may not be specified when 'hostNetwork' is true`],
  ],
  [
    'a sysctl of the memory that the pod shares with its node',
    { ...sysctls('kernel.shmmax'), hostIPC: true },
    [`${at(0)}: Invalid: may not be specified when 'hostIPC' is true`],
  ],
  [
    'a group beyond 31 bits',
    { securityContext: { supplementalGroups: [1, 2 ** 31] } },
    ['spec.securityContext.supplementalGroups[1]: Invalid: must be between 0 and 2147483647, inclusive'],
  ],
  [
    'policies that are none',
    { securityContext: { fsGroupChangePolicy: 'Never', supplementalGroupsPolicy: 'Add' } },
    [
      'spec.securityContext.fsGroupChangePolicy: NotSupported: supported values: "Always", "OnRootMismatch"',
      'spec.securityContext.supplementalGroupsPolicy: NotSupported: supported values: "Merge", "Strict"',
    ],
  ],
])('judges %s in the security context', (_, spec, expected) => {
  expect(problems(spec)).toEqual(expected);
});
