/** Rows of the table: what pods and containers may use, and what their processes may do. */
import { aPod, container, label, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const at = 'spec.containers[0]';
const resources = (amounts: Json, spec: Json = {}): Json =>
  aPod({ containers: [container({ resources: amounts })], ...spec });
const secured = (securityContext: Json, spec: Json = {}): Json =>
  aPod({ containers: [container({ securityContext })], ...spec });
const ids = 'must be between 0 and 2147483647, inclusive';
const both = { limits: { cpu: '1' }, requests: { cpu: '1' } };

export const resourceRows: readonly Row[] = [
  {
    by: 'validateContainerResourceName',
    of: resources({ limits: { disk: '1', pods: '1' } }),
    is: [
      `${at}.resources.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
      `${at}.resources.limits[disk]: Invalid value: "disk": must be a standard resource for containers`,
      `${at}.resources.limits[pods]: Invalid value: "pods": must be a standard resource for containers`,
      `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
      `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers`,
      `${at}.resources.requests[pods]: Invalid value: "pods": must be a standard resource for containers`,
    ],
  },
  {
    by: 'ValidateResourceQuantityValue',
    of: resources({ requests: { cpu: '-1' } }),
    is: [`${at}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0`],
  },
  {
    by: 'ValidateResourceQuantityValue',
    of: resources({ limits: { 'example.com/gpu': '500m' } }),
    is: ['limits', 'requests'].map(
      (part) => `${at}.resources.${part}[example.com/gpu]: Invalid value: "500m": must be an integer`,
    ),
  },
  {
    by: 'validateResourceRequirements',
    of: resources({ limits: { cpu: '1' }, requests: { cpu: '2' } }),
    is: [`${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  },
  {
    by: 'validateResourceRequirements',
    of: resources({ limits: { 'example.com/gpu': '2' }, requests: { 'example.com/gpu': '1' } }),
    is: [`${at}.resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`],
  },
  {
    by: 'validateResourceRequirements',
    of: resources({ requests: { 'example.com/gpu': '1' } }),
    is: [`${at}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  },
  {
    by: 'validateResourceRequirements',
    of: resources({ limits: { 'hugepages-2Mi': '3Mi' } }),
    is: [
      `${at}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${at}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${at}.resources: Forbidden: HugePages require cpu or memory`,
    ],
  },
  {
    by: 'validateResourceClaimNames',
    of: resources(
      { claims: [{ name: 'a' }, { name: 'a', request: 'R' }, { name: '' }] },
      { resourceClaims: [{ name: 'a', resourceClaimName: 'b' }] },
    ),
    is: [
      `${at}.resources.claims[1].request: Invalid value: "R": ${label}`,
      `${at}.resources.claims[1]: Duplicate value: "a"`,
      `${at}.resources.claims[2]: Required value`,
    ],
  },
  {
    by: 'validatePodResourceClaim',
    of: aPod({
      resourceClaims: [
        { name: 'a', resourceClaimName: 'B', resourceClaimTemplateName: 'c' },
        { name: 'a', resourceClaimName: 'b' },
      ],
    }),
    is: [
      'spec.resourceClaims[0]: Invalid value: {"name":"a","resourceClaimName":"B","resourceClaimTemplateName":"c"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      `spec.resourceClaims[0].resourceClaimName: Invalid value: "B": ${noSubdomain}`,
      'spec.resourceClaims[1].name: Duplicate value: "a"',
    ],
  },
  {
    by: 'validateOverhead',
    of: aPod({ overhead: { disk: '1' } }),
    is: [
      'spec.overhead.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
      'spec.overhead.limits[disk]: Invalid value: "disk": must be a standard resource for containers',
    ],
  },
  {
    by: 'validatePodResources',
    of: aPod({ resources: both, os: { name: 'windows' } }),
    is: ['spec.resources: Forbidden: may not be set for a windows pod'],
  },
  {
    by: 'validatePodResources',
    of: aPod({ resources: { ...both, claims: [{ name: 'a' }] } }),
    is: ['spec.resources.claims: Forbidden: claims may not be set for Resources at pod-level'],
  },
  {
    by: 'ValidateSecurityContext',
    of: secured({ runAsUser: -1, runAsGroup: 2 ** 31 }),
    is: [
      `${at}.securityContext.runAsUser: Invalid value: -1: ${ids}`,
      `${at}.securityContext.runAsGroup: Invalid value: 2147483648: ${ids}`,
    ],
  },
  {
    by: 'ValidateSecurityContext',
    of: secured({ allowPrivilegeEscalation: false, privileged: true }),
    is: [
      `${at}.securityContext: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
    ],
  },
  {
    by: 'ValidateSecurityContext',
    of: secured({ allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } }),
    is: [
      `${at}.securityContext: Invalid value: {"allowPrivilegeEscalation":false,"capabilities":{"add":["CAP_SYS_ADMIN"]}}: cannot set \`allowPrivilegeEscalation\` to false and \`capabilities.Add\` CAP_SYS_ADMIN`,
    ],
  },
  {
    by: 'ValidateProcMountType',
    of: secured({ procMount: 'Masked' }),
    is: [`${at}.securityContext.procMount: Unsupported value: "Masked": supported values: "Default", "Unmasked"`],
  },
  {
    by: 'ValidateSecurityContext',
    of: secured({ procMount: 'Unmasked' }),
    is: [`${at}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``],
  },
  {
    by: 'validateSeccompProfileField',
    of: secured({ seccompProfile: { type: 'Localhost', localhostProfile: '../a' } }),
    is: [`${at}.securityContext.seccompProfile.localhostProfile: Invalid value: "../a": must not contain '..'`],
  },
  {
    by: 'ValidateAppArmorProfileField',
    of: secured({ appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'a' } }),
    is: [
      `${at}.securityContext.appArmorProfile.localhostProfile: Invalid value: "a": can only be set when AppArmor type is Localhost`,
    ],
  },
  {
    by: 'ValidateAppArmorProfileField',
    of: secured({ appArmorProfile: { type: 'Localhost', localhostProfile: 'a'.repeat(4096) } }),
    is: [`${at}.securityContext.appArmorProfile.localhostProfile: Too long: may not be more than 4095 bytes`],
  },
  {
    by: 'validateWindowsSecurityContextOptions',
    of: secured({ windowsOptions: { runAsUserName: `${'a'.repeat(256)}\\b*` } }),
    is: [
      `${at}.securityContext.windowsOptions.runAsUserName: Invalid value: "${'a'.repeat(256)}\\\\b*": runAsUserName's Domain length must be under 256 characters`,
      `${at}.securityContext.windowsOptions.runAsUserName: Invalid value: "${'a'.repeat(256)}\\\\b*": runAsUserName's Domain doesn't match the NetBios nor the DNS format`,
      `${at}.securityContext.windowsOptions.runAsUserName: Invalid value: "${'a'.repeat(256)}\\\\b*": runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`,
    ],
  },
  {
    by: 'validateWindowsHostProcessPod',
    of: aPod({
      hostNetwork: true,
      containers: [container({ securityContext: { windowsOptions: { hostProcess: true } } }), container({ name: 'b' })],
    }),
    is: [
      'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
    ],
  },
  {
    by: 'validateHostUsers',
    of: aPod({
      hostUsers: false,
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'a' } }],
      containers: [container({ volumeDevices: [{ name: 'v', devicePath: '/dev/v' }] })],
    }),
    is: ['spec.containers[0].volumeDevices: Forbidden: when `hostUsers` is false'],
  },
  {
    by: 'validateInitContainerRestartPolicy',
    of: aPod({
      initContainers: [
        container({
          name: 'b',
          restartPolicy: 'Always',
          restartPolicyRules: [
            { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } },
            { action: 'Stop', exitCodes: { operator: 'In', values: [2] } },
          ],
        }),
        container({ name: 'c', restartPolicy: 'Sometimes' }),
      ],
    }),
    is: [
      'spec.initContainers[0].restartPolicyRules[1].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
      'spec.initContainers[1].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    ],
  },
  {
    by: 'validateContainerRestartPolicy',
    of: aPod({
      containers: [
        container({
          restartPolicy: 'Never',
          restartPolicyRules: [
            {
              action: 'Restart',
              exitCodes: { operator: 'In', values: Array.from({ length: 256 }, (_, code) => code) },
            },
          ],
        }),
      ],
    }),
    is: [`${at}.restartPolicyRules[0].exitCodes.values: Too many: 256: must have at most 255 items`],
  },
  {
    by: 'validateContainerRestartPolicy',
    of: aPod({
      containers: [
        container({ restartPolicyRules: [{ action: 'Stop' }, { action: 'Restart', exitCodes: { operator: 'Is' } }] }),
      ],
    }),
    is: [
      `${at}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`,
      `${at}.restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"`,
      `${at}.restartPolicyRules[0].exitCodes: Required value: must be specified`,
      `${at}.restartPolicyRules[1].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
    ],
  },
];
