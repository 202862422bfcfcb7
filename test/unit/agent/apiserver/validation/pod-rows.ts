/** Rows of the table: pods, but for their containers and volumes. */
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

export const container = (more: Json = {}): Json => ({ name: 'a', image: 'a', ...more });
export const aPod = (spec: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [container()], ...spec },
});

const noLabel =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
  "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const noSubdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const searchRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start " +
  "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
export const namePart =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
export const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
export const noIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const label = noLabel;

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';
const antiAffinity = (term: Json): Json => aPod({ affinity: { podAntiAffinity: { [hard]: [term] } } });
const nodeTerm = (term: Json): Json => aPod({ affinity: { nodeAffinity: { [hard]: { nodeSelectorTerms: [term] } } } });
const nodeTerms = `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms[0]`;
const anti = `spec.affinity.podAntiAffinity.${hard}[0]`;
const gates = [{ name: 'example.com/a' }];

const rows: readonly Row[] = [
  {
    by: 'validateContainers',
    of: aPod({ containers: [] }),
    is: ['spec.containers: Required value'],
  },
  {
    by: 'validateContainers',
    of: aPod({ containers: [container(), container()] }),
    is: ['spec.containers[1].name: Duplicate value: "a"'],
  },
  {
    by: 'validateInitContainers',
    of: aPod({ initContainers: [container({ livenessProbe: { tcpSocket: { port: 80 } } })] }),
    is: [
      'spec.initContainers[0].name: Duplicate value: "a"',
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  },
  {
    by: 'validateRestartPolicy',
    of: aPod({ restartPolicy: 'Sometimes' }),
    is: ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
  },
  {
    by: 'validateDNSPolicy',
    of: aPod({ dnsPolicy: 'Cluster' }),
    is: [
      'spec.dnsPolicy: Unsupported value: "Cluster": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsConfig: { nameservers: Array(4).fill('10.1.1.1'), options: [{ value: 'a' }] } }),
    is: [
      'spec.dnsConfig.nameservers: Invalid value: ["10.1.1.1","10.1.1.1","10.1.1.1","10.1.1.1"]: must not have more than 3 nameservers',
      'spec.dnsConfig.options[0]: Required value: must not be empty',
    ],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsPolicy: 'None' }),
    is: ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsPolicy: 'None', dnsConfig: {} }),
    is: [
      'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None',
    ],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsConfig: { searches: ['.', 'a_b.', 'A'], nameservers: ['010.0.0.1'] } }),
    is: [
      'spec.dnsConfig.nameservers[0]: Invalid value: "010.0.0.1": must not have leading 0s',
      `spec.dnsConfig.searches[2]: Invalid value: "A": ${searchRule.replaceAll('\\', '\\')}`,
    ],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsConfig: { searches: Array(33).fill('a') } }),
    is: [
      `spec.dnsConfig.searches: Invalid value: ${JSON.stringify(Array(33).fill('a'))}: must not have more than 32 search paths`,
    ],
  },
  {
    by: 'validatePodDNSConfig',
    of: aPod({ dnsConfig: { searches: Array(9).fill('a'.repeat(240)) } }),
    is: [
      `spec.dnsConfig.searches: Invalid value: ${JSON.stringify(Array(9).fill('a'.repeat(240)))}: must not have more than 2048 characters (including spaces) in the search list`,
    ],
  },
  {
    by: 'validatePodHostNetworkDeps',
    of: aPod({ hostNetwork: true, containers: [container({ ports: [{ containerPort: 80, hostPort: 81 }] })] }),
    is: [
      'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
    ],
  },
  {
    by: 'validatePodHostName',
    of: aPod({ hostnameOverride: 'a'.repeat(65), setHostnameAsFQDN: true, hostNetwork: true }),
    is: [
      'spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true',
      'spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true',
      'spec.hostnameOverride: Too long: may not be more than 64 bytes',
    ],
  },
  {
    by: 'ValidateHostAliases',
    of: aPod({ hostAliases: [{ ip: 'a', hostnames: ['B'] }] }),
    is: [
      `spec.hostAliases[0].ip: Invalid value: "a": ${noIp}`,
      `spec.hostAliases[0].hostnames[0]: Invalid value: "B": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidatePodSpec',
    of: aPod({ nodeName: 'A', nodeSelector: { 'a b': 'c d' } }),
    is: [
      `spec.nodeSelector: Invalid value: "a b": ${namePart}`,
      `spec.nodeSelector: Invalid value: "c d": ${labelValue}`,
      `spec.nodeName: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidatePodSpec',
    of: aPod({ activeDeadlineSeconds: 0, hostname: 'A', subdomain: 'B', priorityClassName: '' }),
    is: [
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      `spec.hostname: Invalid value: "A": ${noLabel}`,
      `spec.subdomain: Invalid value: "B": ${noLabel}`,
    ],
  },
  {
    by: 'validateReadinessGates',
    of: aPod({ readinessGates: [{ conditionType: 'a b' }] }),
    is: [`spec.readinessGates[0].conditionType: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'validateSchedulingGates',
    of: aPod({ schedulingGates: [{ name: 'a' }, { name: 'a' }] }),
    is: ['spec.schedulingGates[1]: Duplicate value: "a"'],
  },
  {
    by: 'validateSchedulingGates',
    of: aPod({ schedulingGates: [{ name: 'a b' }] }),
    is: [`spec.schedulingGates[0]: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'validateTopologySpreadConstraints',
    of: aPod({
      topologySpreadConstraints: [
        { maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0, nodeTaintsPolicy: 'x' },
        { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: ['b'] },
      ],
    }),
    is: [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{a, ScheduleAnyway}"',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "x": supported values: "Honor", "Ignore"',
      'spec.topologySpreadConstraints[1].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
    ],
  },
  {
    by: 'ValidateNodeSelector',
    of: aPod({ affinity: { nodeAffinity: { [hard]: { nodeSelectorTerms: [] } } } }),
    is: [
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms: Required value: must have at least one node selector term`,
    ],
  },
  {
    by: 'ValidateNodeSelectorRequirement',
    of: nodeTerm({
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['b'] },
        { key: 'a', operator: 'Gt', values: ['1', '2'] },
        { key: 'a b', operator: 'Is' },
      ],
    }),
    is: [
      `${nodeTerms}.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${nodeTerms}.matchExpressions[1].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      `${nodeTerms}.matchExpressions[2].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
      `${nodeTerms}.matchExpressions[3].operator: Invalid value: "Is": not a valid selector operator`,
      `${nodeTerms}.matchExpressions[3].key: Invalid value: "a b": ${namePart}`,
    ],
  },
  {
    by: 'ValidateNodeSelectorRequirement',
    of: nodeTerm({ matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] }),
    is: [
      `${nodeTerms}.matchExpressions[0].values[0]: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  },
  {
    by: 'ValidateNodeFieldSelectorRequirement',
    of: nodeTerm({ matchFields: [{ key: 'metadata.uid', operator: 'Exists' }] }),
    is: [
      `${nodeTerms}.matchFields[0].operator: Invalid value: "Exists": not a valid selector operator`,
      `${nodeTerms}.matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`,
    ],
  },
  {
    by: 'ValidateNodeFieldSelectorRequirement',
    of: nodeTerm({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'B'] }] }),
    is: [
      `${nodeTerms}.matchFields[0].values: Required value: must be only one value when \`operator\` is 'In' or 'NotIn' for node field selector`,
      `${nodeTerms}.matchFields[0].values[1]: Invalid value: "B": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidatePreferredSchedulingTerms',
    of: aPod({ affinity: { nodeAffinity: { [soft]: [{ weight: 0, preference: {} }] } } }),
    is: [`spec.affinity.nodeAffinity.${soft}[0].weight: Invalid value: 0: must be in the range 1-100`],
  },
  {
    by: 'validateWeightedPodAffinityTerms',
    of: aPod({
      affinity: {
        podAffinity: { [soft]: [{ weight: 101, podAffinityTerm: { topologyKey: '', labelSelector: {} } }] },
      },
    }),
    is: [
      `spec.affinity.podAffinity.${soft}[0].weight: Invalid value: 101: must be in the range 1-100`,
      `spec.affinity.podAffinity.${soft}[0].podAffinityTerm.topologyKey: Required value: can not be empty`,
      `spec.affinity.podAffinity.${soft}[0].podAffinityTerm.topologyKey: Invalid value: "": name part must be non-empty`,
      `spec.affinity.podAffinity.${soft}[0].podAffinityTerm.topologyKey: Invalid value: "": ${namePart}`,
    ],
  },
  {
    by: 'ValidateLabelSelectorRequirement',
    of: antiAffinity({
      topologyKey: 'a',
      labelSelector: {
        matchLabels: { a: 'b c' },
        matchExpressions: [
          { key: 'a', operator: 'In' },
          { key: 'a', operator: 'Exists', values: ['b'] },
          { key: 'a b', operator: 'NotIn', values: ['c d'] },
        ],
      },
    }),
    is: [
      `${anti}.labelSelector.matchLabels: Invalid value: "b c": ${labelValue}`,
      `${anti}.labelSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${anti}.labelSelector.matchExpressions[1].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      `${anti}.labelSelector.matchExpressions[2].key: Invalid value: "a b": ${namePart}`,
      `${anti}.labelSelector.matchExpressions[2].values[0]: Invalid value: "c d": ${labelValue}`,
    ],
  },
  {
    by: 'validatePodAffinityTerm',
    of: antiAffinity({ topologyKey: 'a', namespaces: ['B'], matchLabelKeys: ['x'] }),
    is: [
      `${anti}.namespace: Invalid value: "B": ${noLabel}`,
      `${anti}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
    ],
  },
  {
    by: 'ValidateMatchLabelKeysAndMismatchLabelKeys',
    of: antiAffinity({ topologyKey: 'a', labelSelector: {}, matchLabelKeys: ['x', 'y z'], mismatchLabelKeys: ['x'] }),
    is: [
      `${anti}.matchLabelKeys[1]: Invalid value: "y z": ${namePart}`,
      `${anti}.matchLabelKeys[0]: Invalid value: "x": exists in both matchLabelKeys and mismatchLabelKeys`,
    ],
  },
  {
    by: 'ValidatePodAffinityTermSelector',
    of: antiAffinity({ topologyKey: 'a', namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Has' }] } }),
    is: [`${anti}.namespaceSelector.matchExpressions[0].operator: Invalid value: "Has": not a valid selector operator`],
  },
  {
    by: 'ValidateTolerations',
    of: aPod({ tolerations: [{ key: 'a', operator: 'Gt', value: '1' }, { operator: 'Equal' }] }),
    is: [
      'spec.tolerations[0].operator: Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"',
      'spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  },
  {
    by: 'ValidateTolerations',
    of: aPod({
      tolerations: [
        { key: 'a b', operator: 'Exists', value: 'c' },
        { key: 'a', value: 'b c', effect: 'Never' },
        { key: 'a', effect: 'NoSchedule', tolerationSeconds: 1 },
      ],
    }),
    is: [
      `spec.tolerations[0].key: Invalid value: "a b": ${namePart}`,
      'spec.tolerations[0].operator: Invalid value: "c": value must be empty when `operator` is \'Exists\'',
      `spec.tolerations[1].operator: Invalid value: "b c": ${labelValue}`,
      'spec.tolerations[1].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      `spec.tolerations[2].effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when \`tolerationSeconds\` is set`,
    ],
  },
  {
    by: 'validatePodResourceClaim',
    of: aPod(
      { nodeName: 'n', resourceClaims: [{ name: 'a', resourceClaimName: 'b' }] },
      { annotations: { 'kubernetes.io/config.mirror': 'x' } },
    ),
    is: ['[]: Forbidden: static pods do not support resource claims'],
  },
  {
    by: 'validatePodResourceClaim',
    of: aPod({ resourceClaims: [{ name: 'A' }] }),
    is: [
      `spec.resourceClaims[0].name: Invalid value: "A": ${noLabel}`,
      'spec.resourceClaims[0]: Invalid value: {"name":"A"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    ],
  },
  {
    by: 'validateResourceClaimNames',
    of: aPod({ containers: [container({ resources: { claims: [{ name: 'a' }] } })] }),
    is: [
      'spec.containers[0].resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
    ],
  },
  {
    by: 'validatePodResourceConsistency',
    of: aPod({
      resources: { requests: { cpu: '1' }, limits: { memory: '1Mi' } },
      containers: [container({ resources: { requests: { cpu: '2' }, limits: { memory: '2Mi' } } })],
    }),
    is: [
      // The pod's own request for memory is a default: what its containers ask for.
      'spec.resources.requests: Invalid value: "2Mi": must be less than or equal to memory limit of 1Mi',
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      'spec.resources.containers[0][memory].limits: Invalid value: "2Mi": must be less than or equal to pod limits of 1Mi',
    ],
  },
  {
    by: 'validatePodResourceName',
    of: aPod({ resources: { limits: { 'ephemeral-storage': '1Gi' } } }),
    is: [
      'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"',
    ],
  },
  {
    by: 'validateOS',
    of: aPod({ os: { name: '' } }),
    is: ['spec.os.name: Required value'],
  },
  {
    by: 'validateOS',
    of: aPod({ os: { name: 'plan9' } }),
    is: ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
  },
  {
    by: 'validateLinux',
    of: aPod({ os: { name: 'linux' }, securityContext: { windowsOptions: {} } }),
    is: ['spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod'],
  },
  {
    by: 'validateWindows',
    of: aPod({
      os: { name: 'windows' },
      hostPID: true,
      securityContext: { fsGroup: 1 },
      containers: [container({ securityContext: { privileged: true } })],
    }),
    is: [
      'spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod',
      'spec.hostPID: Forbidden: cannot be set for a windows pod',
      'spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
    ],
  },
  {
    by: 'validateWindowsHostProcessPod',
    of: aPod({ securityContext: { windowsOptions: { hostProcess: true } } }),
    is: ['spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers'],
  },
  {
    by: 'validateWindowsSecurityContextOptions',
    of: aPod({
      securityContext: {
        windowsOptions: { gmsaCredentialSpecName: 'A', gmsaCredentialSpec: '', runAsUserName: 'a\\b\\c' },
      },
    }),
    is: [
      `spec.securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: "A": ${noSubdomain}`,
      'spec.securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
    ],
  },
  {
    by: 'validateHostUsers',
    of: aPod({ hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true }),
    is: [
      'spec.hostNetwork: Forbidden: when `hostUsers` is false',
      'spec.HostPID: Forbidden: when `hostUsers` is false',
      'spec.HostIPC: Forbidden: when `hostUsers` is false',
    ],
  },
  {
    by: 'validatePodSpecSecurityContext',
    of: aPod({
      hostPID: true,
      shareProcessNamespace: true,
      securityContext: { fsGroup: -1, supplementalGroups: [-2] },
    }),
    is: [
      'spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.supplementalGroups[0]: Invalid value: -2: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
  },
  {
    by: 'validateSELinuxChangePolicy',
    of: aPod({ securityContext: { seLinuxChangePolicy: 'Always' } }),
    is: [
      'spec.securityContext.seLinuxChangePolicy: Unsupported value: "Always": supported values: "MountOption", "Recursive"',
    ],
  },
  {
    by: 'validateFSGroupChangePolicy',
    of: aPod({ securityContext: { fsGroupChangePolicy: 'Never' } }),
    is: [
      'spec.securityContext.fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"',
    ],
  },
  {
    by: 'validateSupplementalGroupsPolicy',
    of: aPod({ securityContext: { supplementalGroupsPolicy: 'Add' } }),
    is: [
      'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "Add": supported values: "Merge", "Strict"',
    ],
  },
  {
    by: 'validateSysctls',
    of: aPod({
      securityContext: {
        sysctls: [
          { name: '', value: '1' },
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
    }),
    is: [
      'spec.securityContext.sysctls[0].name: Required value',
      'spec.securityContext.sysctls[2].name: Duplicate value: "a"',
    ],
  },
  {
    by: 'validateSysctls',
    of: aPod({ securityContext: { sysctls: [{ name: 'foo-', value: '1' }] } }),
    is: [
      'spec.securityContext.sysctls[0].name: Invalid value: "foo-": must have at most 253 characters and match regex ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?',
    ],
  },
  {
    by: 'ValidateHostSysctl',
    of: aPod({ hostNetwork: true, securityContext: { sysctls: [{ name: 'net/ipv4/ip_forward', value: '1' }] } }),
    is: [
      `spec.securityContext.sysctls[0].name: Invalid value: "net/ipv4/ip_forward": may not be specified when 'hostNetwork' is true`,
    ],
  },
  {
    by: 'ValidateHostSysctl',
    of: aPod({ hostIPC: true, securityContext: { sysctls: [{ name: 'kernel.sem', value: '1' }] } }),
    is: [
      `spec.securityContext.sysctls[0].name: Invalid value: "kernel.sem": may not be specified when 'hostIPC' is true`,
    ],
  },
  {
    by: 'validateSeccompProfileField',
    of: aPod({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
    is: [
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    ],
  },
  {
    by: 'validateSeccompProfileField',
    of: aPod({ securityContext: { seccompProfile: { type: 'Unconfined', localhostProfile: 'a' } } }),
    is: [
      'spec.securityContext.seccompProfile.localhostProfile: Invalid value: {"type":"Unconfined","localhostProfile":"a"}: can only be set when seccomp type is Localhost',
    ],
  },
  {
    by: 'validateSeccompProfileType',
    of: aPod({ securityContext: { seccompProfile: { type: 'None' } } }),
    is: [
      'spec.securityContext.seccompProfile.type: Unsupported value: "None": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
    ],
  },
  {
    by: 'ValidateAppArmorProfileField',
    of: aPod({ securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: ' a' } } }),
    is: [
      'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " a": must not be padded with whitespace',
    ],
  },
  {
    by: 'ValidateAppArmorProfileField',
    of: aPod({ securityContext: { appArmorProfile: { type: '' } } }),
    is: ['spec.securityContext.appArmorProfile.type: Required value: type is required when appArmorProfile is set'],
  },
  {
    by: 'ValidateAppArmorPodAnnotations',
    of: aPod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/b': 'x' } }),
    is: [
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: Invalid value: "b": container not found',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: Invalid value: "x": invalid AppArmor profile name: "x"',
    ],
  },
  {
    by: 'validateAppArmorAnnotationsAndFieldsMatchOnCreate',
    of: aPod(
      { containers: [container({ securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } })] },
      { annotations: { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' } },
    ),
    is: [
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ],
  },
  {
    by: 'ValidateSeccompPodAnnotations',
    of: aPod({}, { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'x' } }),
    is: [
      'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "x": must be a valid seccomp profile',
    ],
  },
  {
    by: 'validateSeccompAnnotationsAndFields',
    of: aPod(
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' } },
    ),
    is: ['spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match'],
  },
  {
    by: 'ValidatePodSpecificAnnotations',
    of: aPod({}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '01' } }),
    is: [
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "01": must be a 32bit integer',
    ],
  },
  {
    by: 'ValidatePodSpecificAnnotations',
    of: aPod({}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    is: [
      'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
    ],
  },
  {
    by: 'ValidatePodCreate',
    of: aPod({ nodeName: 'n', schedulingGates: gates }),
    is: ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
  },
  {
    by: 'validateContainerOnlyForPod',
    of: aPod({ containers: [container({ image: ' a' })] }),
    is: ['spec.containers[0].image: Invalid value: " a": must not have leading or trailing whitespace'],
  },
  {
    by: 'ValidatePodSpecificAnnotationUpdates',
    of: aPod(),
    change: { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' } } },
    is: [
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: Forbidden: may not add AppArmor annotations',
    ],
  },
  {
    by: 'ValidatePodUpdate',
    of: aPod(),
    change: { spec: { hostname: 'a' } },
    is: [
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ],
  },
  {
    by: 'ValidatePodUpdate',
    of: aPod({ activeDeadlineSeconds: 5 }),
    change: { spec: { activeDeadlineSeconds: 6 } },
    is: ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
  },
  {
    by: 'ValidatePodUpdate',
    of: aPod({ activeDeadlineSeconds: 5 }),
    change: { spec: { activeDeadlineSeconds: null } },
    is: ['spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value'],
  },
  {
    by: 'ValidateContainerUpdates',
    of: aPod(),
    change: { spec: { containers: [container(), container({ name: 'b' })] } },
    is: ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  },
  {
    by: 'validateOnlyAddedTolerations',
    of: aPod({ tolerations: [{ key: 'a', operator: 'Exists' }] }),
    change: { spec: { tolerations: [] } },
    is: ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  },
  {
    by: 'validateOnlyDeletedSchedulingGates',
    of: aPod({ schedulingGates: gates }),
    change: { spec: { schedulingGates: [...gates, { name: 'example.com/b' }] } },
    is: [
      "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'example.com/b'",
    ],
  },
  {
    by: 'validateNodeSelectorMutation',
    of: aPod({ schedulingGates: gates, nodeSelector: { a: 'b' } }),
    change: { spec: { nodeSelector: { a: 'c' } } },
    is: [
      'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ],
  },
  {
    by: 'validateNodeAffinityMutation',
    of: {
      ...nodeTerm({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }),
      spec: {
        ...(nodeTerm({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }).spec as Json),
        schedulingGates: gates,
      },
    },
    change: { spec: { affinity: { nodeAffinity: { [hard]: { nodeSelectorTerms: [] } } } } },
    is: [
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms: Required value: must have at least one node selector term`,
      `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms: Invalid value: []: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
    ],
  },
  {
    by: 'ValidatePodEphemeralContainersUpdate',
    of: aPod({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    change: { spec: { ephemeralContainers: [{ name: 'b', image: 'b' }] } },
    subresource: 'ephemeralcontainers',
    is: ['[]: Forbidden: static pods do not support ephemeral containers'],
  },
  {
    by: 'validateEphemeralContainers',
    of: aPod(),
    change: { spec: { ephemeralContainers: [{ name: 'a', image: 'b', targetContainerName: 'x', stdin: true }] } },
    subresource: 'ephemeralcontainers',
    is: [
      'spec.ephemeralContainers[0].name: Duplicate value: "a"',
      'spec.ephemeralContainers[0].targetContainerName: Not found: "x"',
    ],
  },
  {
    by: 'validateFieldAllowList',
    of: aPod(),
    change: { spec: { ephemeralContainers: [{ name: 'b', image: 'b', ports: [{ containerPort: 1 }] }] } },
    subresource: 'ephemeralcontainers',
    is: ['spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container'],
  },
  {
    by: 'ValidatePodResize',
    of: aPod({ os: { name: 'windows' } }),
    change: { spec: { containers: [container({ resources: { requests: { cpu: '1' } } })] } },
    subresource: 'resize',
    is: ['[]: Forbidden: windows pods cannot be resized'],
  },
  {
    by: 'ValidatePodResize',
    of: aPod(),
    change: { spec: { containers: [container({ resources: { requests: { cpu: '1' } } })] } },
    subresource: 'resize',
    is: ['spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing'],
  },
  {
    by: 'validateContainerResize',
    of: aPod({ containers: [container({ resources: { requests: { cpu: '1', memory: '1Mi' } } })] }),
    change: { spec: { containers: [container({ resources: { requests: { cpu: '2' } } })] } },
    subresource: 'resize',
    is: ['spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed'],
  },
  {
    by: 'validatePodResizeContainerOrdering',
    of: aPod(),
    change: { spec: { containers: [container({ name: 'b' })] } },
    subresource: 'resize',
    is: ['spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize'],
  },
  {
    by: 'ValidatePodStatusUpdate',
    of: aPod({ nodeName: 'n' }),
    change: { status: { nominatedNodeName: 'm', observedGeneration: -1 } },
    subresource: 'status',
    is: [
      'status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node',
      'status.observedGeneration: Invalid value: -1: must be a non-negative integer',
    ],
  },
  {
    by: 'validatePodConditions',
    of: aPod(),
    change: { status: { conditions: [{ type: 'a b', status: 'True' }] } },
    subresource: 'status',
    is: [`status.conditions[0].Type: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'validatePodIPs',
    of: aPod(),
    change: { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] } },
    subresource: 'status',
    is: [
      'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
    ],
  },
  {
    by: 'validateHostIPs',
    of: aPod(),
    change: { status: { hostIP: '10.0.0.1', hostIPs: [{ ip: 'a' }] } },
    subresource: 'status',
    is: [
      'status.hostIPs[0].ip: Invalid value: "a": must be equal to `hostIP`',
      `status.hostIPs[0]: Invalid value: "a": ${noIp}`,
    ],
  },
  {
    by: 'validatePodResourceClaimStatuses',
    of: aPod(),
    change: { status: { resourceClaimStatuses: [{ name: 'a' }] } },
    subresource: 'status',
    is: [
      'status.resourceClaimStatuses[0].name: Invalid value: "a": must match the name of an entry in `spec.resourceClaims`',
    ],
  },
  {
    by: 'validateLinuxContainerUser',
    of: aPod(),
    change: {
      status: {
        containerStatuses: [
          {
            name: 'a',
            image: '',
            imageID: '',
            ready: false,
            restartCount: 0,
            user: { linux: { uid: -1, gid: 0, supplementalGroups: [2 ** 31] } },
          },
        ],
      },
    },
    subresource: 'status',
    is: [
      'status.containerStatuses[0].user.linux.uid: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'status.containerStatuses[0].user.linux.supplementalGroups[0]: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive',
    ],
  },
];
export const podRows = rows;
