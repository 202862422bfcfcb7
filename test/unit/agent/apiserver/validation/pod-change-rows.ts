/** Rows of the table: changes of pods, by themselves and through status, resize and ephemeralcontainers. */
import { aPod, container, label, namePart, noIp, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const deadline = 'must be between 0 and 2147483647, inclusive';
const amountsOnly = 'spec: Forbidden: only cpu and memory resources are mutable';
const immutable =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
const gates = [{ name: 'example.com/a' }];
const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const terms = (...nodeSelectorTerms: Json[]): Json => ({ nodeAffinity: { [hard]: { nodeSelectorTerms } } });
const exists = (key: string): Json => ({ key, operator: 'Exists' });
const termsPath = `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms`;

const status = (name: string, more: Json = {}): Json => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});
const restartsAll: Json = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } };
const updated = (of: Json, change: Json, ...is: string[]): Row => ({
  by: 'ValidatePodUpdate',
  of,
  change: { spec: change },
  is,
});
const told = (by: string, change: Json, of: Json, ...is: string[]): Row => ({
  by,
  of,
  change: { status: change },
  subresource: 'status',
  is,
});
const resized = (by: string, of: Json, change: Json, ...is: string[]): Row => ({
  by,
  of,
  change: { spec: change },
  subresource: 'resize',
  is,
});
const using = (resources: Json, more: Json = {}): Json => container({ resources, ...more });
const cpu = (amount: string): Json => ({ requests: { cpu: amount } });

/** Fields of a pod that stay as they are created, each with another value. */
const fixed: readonly (readonly [string, unknown])[] = [
  ['automountServiceAccountToken', true],
  ['dnsPolicy', 'Default'],
  ['dnsConfig', { nameservers: ['10.1.1.1'] }],
  ['enableServiceLinks', false],
  ['hostAliases', [{ ip: '10.1.1.1', hostnames: ['a'] }]],
  ['hostIPC', true],
  ['hostNetwork', true],
  ['hostPID', true],
  ['hostUsers', false],
  ['hostname', 'a'],
  ['hostnameOverride', 'a'],
  ['imagePullSecrets', [{ name: 'a' }]],
  ['nodeName', 'n'],
  ['nodeSelector', { a: 'b' }],
  ['os', { name: 'linux' }],
  ['overhead', { cpu: '1' }],
  ['preemptionPolicy', 'Never'],
  ['priority', 1],
  ['priorityClassName', 'a'],
  ['readinessGates', [{ conditionType: 'a' }]],
  ['resourceClaims', [{ name: 'a', resourceClaimName: 'a' }]],
  ['restartPolicy', 'Never'],
  ['runtimeClassName', 'a'],
  ['schedulerName', 'a'],
  ['securityContext', { runAsUser: 1 }],
  ['serviceAccountName', 'a'],
  ['setHostnameAsFQDN', true],
  ['shareProcessNamespace', true],
  ['subdomain', 'a'],
  ['terminationGracePeriodSeconds', 5],
  [
    'topologySpreadConstraints',
    [{ maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} }],
  ],
  ['volumes', [{ name: 'v', emptyDir: {} }]],
];

export const podChangeRows: readonly Row[] = [
  ...fixed.map(([field, value]) => updated(aPod(), { [field]: value }, immutable)),
  updated(aPod(), { containers: [container({ command: ['a'] })] }, immutable),
  updated(
    aPod({ initContainers: [container({ name: 'b' })] }),
    { initContainers: [container({ name: 'c' })] },
    immutable,
  ),
  updated(
    aPod({ initContainers: [container({ name: 'b' })] }),
    { initContainers: [] },
    'spec.initContainers: Forbidden: pod updates may not add or remove containers',
  ),
  updated(
    aPod(),
    { activeDeadlineSeconds: -1 },
    'spec.activeDeadlineSeconds: Invalid value: -1: must be between 1 and 2147483647, inclusive',
    `spec.activeDeadlineSeconds: Invalid value: -1: ${deadline}`,
  ),
  updated(
    aPod({ schedulingGates: gates, affinity: terms({ matchExpressions: [exists('a')] }) }),
    { affinity: terms({ matchExpressions: [exists('b')] }) },
    `${termsPath}[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
  ),
  updated(
    aPod({ schedulingGates: gates }),
    { affinity: { podAffinity: { [hard]: [{ topologyKey: 'a', labelSelector: {} }] } } },
    immutable,
  ),
  {
    by: 'ValidateContainerUpdates',
    of: aPod(),
    change: { spec: { containers: [container({ image: '' })] } },
    is: ['spec.containers[0].image: Required value', 'spec.containers[0].image: Required value'],
  },
  {
    by: 'ValidatePodSpecificAnnotationUpdates',
    of: aPod({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    change: { metadata: { annotations: { 'kubernetes.io/config.mirror': null } } },
    is: [
      'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not remove or update mirror pod annotation',
    ],
  },
  {
    by: 'ValidatePodEphemeralContainersUpdate',
    of: aPod(),
    change: { spec: { ephemeralContainers: [{ name: 'b', image: '', restartPolicy: 'Always', livenessProbe: {} }] } },
    subresource: 'ephemeralcontainers',
    is: [
      'spec.ephemeralContainers[0].image: Required value',
      'spec.ephemeralContainers[0].restartPolicy: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container',
    ],
  },
  {
    by: 'validateEphemeralContainers',
    of: aPod({ volumes: [{ name: 'v', emptyDir: {} }] }),
    change: {
      spec: {
        ephemeralContainers: [
          {
            name: 'b',
            image: 'b ',
            volumeMounts: [
              { name: 'v', mountPath: '/a', subPath: 'a' },
              { name: 'v', mountPath: '/b', subPathExpr: 'b' },
            ],
          },
        ],
      },
    },
    subresource: 'ephemeralcontainers',
    is: [
      'spec.ephemeralContainers[0].image: Invalid value: "b ": must not have leading or trailing whitespace',
      'spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[0].volumeMounts[1].subPathExpr: Forbidden: cannot be set for an Ephemeral Container',
    ],
  },
  resized(
    'ValidatePodResize',
    aPod({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    { containers: [using(cpu('1'))] },
    '[]: Forbidden: static pods cannot be resized',
  ),
  resized(
    'validatePodResizeContainerOrdering',
    aPod({ initContainers: [container({ name: 'b' })] }),
    { containers: [container(), container({ name: 'c' })], initContainers: [] },
    'spec.containers: Forbidden: containers may not be added or removed on resize',
    'spec.initContainers: Forbidden: initContainers may not be added or removed on resize',
  ),
  resized(
    'validatePodResizeContainerOrdering',
    aPod({ initContainers: [container({ name: 'b' })] }),
    { initContainers: [container({ name: 'c' })] },
    'spec.initContainers[0].name: Forbidden: initContainers may not be renamed or reordered on resize',
  ),
  resized(
    'validateContainerResize',
    aPod({ containers: [using({ limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Mi' } })] }),
    { containers: [using({ limits: { cpu: '2' }, requests: { cpu: '1', memory: '1Mi' } })] },
    'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
  ),
  resized(
    'ValidatePodResize',
    aPod({ containers: [using(cpu('1'))] }),
    { containers: [using(cpu('2'), { image: 'b' })] },
    amountsOnly,
  ),
  resized(
    'ValidatePodResize',
    aPod({ containers: [using(cpu('1'))] }),
    { containers: [using({ requests: { cpu: '1', 'ephemeral-storage': '1Gi' } })] },
    amountsOnly,
  ),
  resized(
    'ValidatePodResize',
    aPod({ containers: [using(cpu('1'))], initContainers: [using(cpu('1'), { name: 'b' })] }),
    { initContainers: [using(cpu('2'), { name: 'b', image: 'b' })] },
    'spec.initContainers[0]: Forbidden: only cpu and memory resources for init or sidecar containers are mutable',
  ),
  resized(
    'ValidatePodResize',
    aPod({ resources: cpu('4'), containers: [using(cpu('1'))] }),
    { resources: null },
    'spec.resources: Forbidden: pod-level resources cannot be removed',
  ),
  told(
    'validatePodConditions',
    { conditions: [{ type: 'Ready', status: 'True', observedGeneration: -1 }] },
    aPod(),
    'status.conditions[0].observedGeneration: Invalid value: -1: must be a non-negative integer',
  ),
  told(
    'ValidatePodStatusUpdate',
    { nominatedNodeName: 'A', qosClass: 'Guaranteed' },
    aPod(),
    `status.nominatedNodeName: Invalid value: "A": ${noSubdomain}`,
    'status.qosClass: Invalid value: "Guaranteed": field is immutable',
  ),
  told('validatePodIPs', { podIPs: [{ ip: 'x' }] }, aPod(), `status.podIPs[0]: Invalid value: "x": ${noIp}`),
  told(
    'validatePodIPs',
    { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }] },
    aPod(),
    'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.1"}]: may specify no more than one IP for each IP family',
  ),
  told(
    'validatePodIPs',
    { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }, { ip: 'fd00::2' }] },
    aPod(),
    'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"fd00::1"},{"ip":"fd00::2"}]: may specify no more than one IP for each IP family',
  ),
  told(
    'validateHostIPs',
    { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
    aPod(),
    'status.hostIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
  ),
  told(
    'validatePodResourceClaimStatuses',
    { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'A' }, { name: 'a' }] },
    aPod({ resourceClaims: [{ name: 'a', resourceClaimName: 'b' }] }),
    `status.resourceClaimStatuses[0].name: Invalid value: "A": ${noSubdomain}`,
    'status.resourceClaimStatuses[1].name: Duplicate value: "a"',
  ),
  told(
    'validatePodExtendedResourceClaimStatus',
    { extendedResourceClaimStatus: { requestMappings: [], resourceClaimName: '' } },
    aPod(),
    'status.extendedResourceClaimStatus.requestMappings: Required value: at least one request mapping is required',
    'status.extendedResourceClaimStatus.resourceClaimName: Required value',
  ),
  told(
    'validatePodExtendedResourceClaimStatus',
    {
      extendedResourceClaimStatus: {
        requestMappings: [
          { containerName: 'x', resourceName: 'example.com/gpu', requestName: 'r' },
          { containerName: 'a', resourceName: 'example.com/gpu', requestName: 'R' },
          { containerName: 'a', resourceName: 'cpu', requestName: 'r' },
          { containerName: 'a', resourceName: 'cpu', requestName: 'r' },
        ],
        resourceClaimName: 'C',
      },
    },
    aPod({ containers: [using(cpu('1'))] }),
    'status.extendedResourceClaimStatus.requestMappings[0].containerName: Invalid value: "x": must match the name of an entry in spec.initContainers.name or spec.containers.name',
    'status.extendedResourceClaimStatus.requestMappings[1].resourceName: Invalid value: "example.com/gpu": must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests',
    `status.extendedResourceClaimStatus.requestName: Invalid value: "R": ${label}`,
    'status.extendedResourceClaimStatus.requestMappings[3].containerName: Duplicate value: "a"',
    'status.extendedResourceClaimStatus.requestMappings[3].resourceName: Duplicate value: "cpu"',
    `status.extendedResourceClaimStatus.resourceClaimName: Invalid value: "C": ${noSubdomain}`,
  ),
  told(
    'validateContainerStatusUsers',
    { initContainerStatuses: [status('a', { user: { linux: { uid: 0, gid: 0 } } })] },
    aPod({ os: { name: 'windows' } }),
    'status.initContainerStatuses[0].user.linux: Forbidden: cannot be set for a windows pod',
  ),
  told(
    'validateContainerStatusAllocatedResourcesStatus',
    {
      containerStatuses: [
        status('a', {
          allocatedResourcesStatus: [
            {
              name: 'example.com/gpu',
              resources: [
                { resourceID: '1', health: 'Healthy' },
                { resourceID: '1', health: 'Fine' },
              ],
            },
            { name: 'claim:c/r', resources: [] },
            { name: 'claim:c', resources: [] },
            { name: 'cpu', resources: [] },
          ],
        }),
      ],
    },
    aPod({
      resourceClaims: [{ name: 'c', resourceClaimName: 'c' }],
      containers: [using({ ...cpu('1'), claims: [{ name: 'c' }] })],
    }),
    `status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: "example.com/gpu": must match one of the container's resource requests`,
    'status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].health: Unsupported value: "Fine": supported values: "Healthy", "Unhealthy", "Unknown"',
    'status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: "1"',
    `status.containerStatuses[0].allocatedResourcesStatus[1].name: Invalid value: "claim:c/r": must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty`,
  ),
  told(
    'validateContainerStatusNoAllocatedResourcesStatus',
    { ephemeralContainerStatuses: [status('a', { allocatedResourcesStatus: [{ name: 'cpu', resources: [] }] })] },
    aPod(),
    'status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status',
  ),
  ...(
    [
      ['ValidateContainerStateTransition', 'containerStatuses', aPod({ restartPolicy: 'Never' }), 'a', 1],
      ['ValidateContainerStateTransition', 'containerStatuses', aPod({ restartPolicy: 'OnFailure' }), 'a', 0],
      [
        'ValidateInitContainerStateTransition',
        'initContainerStatuses',
        aPod({ restartPolicy: 'Never', initContainers: [container({ name: 'b' })] }),
        'b',
        1,
      ],
      ['ValidateEphemeralContainerStateTransition', 'ephemeralContainerStatuses', aPod(), 'c', 1],
    ] as const
  ).map(
    ([by, field, of, name, exitCode]): Row => ({
      by,
      of,
      status: { [field]: [status(name, { state: { terminated: { exitCode } } })] },
      change: { status: { [field]: [status(name, { state: { running: {} } })] } },
      subresource: 'status',
      is: [`status.${field}[0].state: Forbidden: may not be transitioned to non-terminated state`],
    }),
  ),
  // A rule that restarts all lets the others run again, but not the ephemeral ones.
  {
    by: 'ValidateEphemeralContainerStateTransition',
    of: aPod({
      restartPolicy: 'Never',
      initContainers: [container({ name: 'b' })],
      containers: [container({ restartPolicy: 'Never', restartPolicyRules: [restartsAll] })],
    }),
    status: {
      containerStatuses: [status('a', { state: { terminated: { exitCode: 1 } } })],
      initContainerStatuses: [status('b', { state: { terminated: { exitCode: 0 } } })],
      ephemeralContainerStatuses: [status('c', { state: { terminated: { exitCode: 0 } } })],
    },
    change: {
      status: {
        containerStatuses: [status('a', { state: { running: {} } })],
        initContainerStatuses: [status('b', { state: { running: {} } })],
        ephemeralContainerStatuses: [status('c', { state: { running: {} } })],
      },
    },
    subresource: 'status',
    is: ['status.ephemeralContainerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'],
  },
  {
    by: 'isPodResizeRequestSupported',
    of: aPod({ containers: [using(cpu('1'))] }),
    status: { containerStatuses: [status('a', { state: { running: {} } })] },
    change: { spec: { containers: [using(cpu('2'))] } },
    subresource: 'resize',
    is: ['spec: Forbidden: Pod running on node without support for resize'],
  },
  {
    by: 'ValidateTolerationsInPodAnnotations',
    of: aPod(
      {},
      { annotations: { 'scheduler.alpha.kubernetes.io/tolerations': '[{"key":"a b","operator":"Exists"}]' } },
    ),
    is: [`metadata.annotations.scheduler.alpha.kubernetes.io/tolerations[0].key: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'ValidateTolerationsInPodAnnotations',
    of: aPod({}, { annotations: { 'scheduler.alpha.kubernetes.io/tolerations': '[1]' } }),
    is: [
      'metadata.annotations: Invalid value: "scheduler.alpha.kubernetes.io/tolerations": json: cannot unmarshal number into Go value of type core.Toleration',
    ],
  },
];
