/** Rows of the table: containers of pods. */
import { aPod, container, label, namePart, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const of = (more: Json, spec: Json = {}): Json => aPod({ containers: [container(more)], ...spec });
const at = 'spec.containers[0]';
const range = 'must be between 1 and 65535, inclusive';
const variable = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const configKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
  "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const environmentFields =
  '"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", ' +
  '"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"';
const resourceFields =
  '"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"';
const claims = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'v' } }] };
const empty = { volumes: [{ name: 'v', emptyDir: {} }] };
const env = (valueFrom: Json, more: Json = {}): Json => of({ env: [{ name: 'A', valueFrom, ...more }] });
const mounted = (mount: Json, more: Json = {}): Json =>
  of({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }], ...more }, empty);
const probed = (probe: Json): Json => of({ livenessProbe: { tcpSocket: { port: 80 }, ...probe } });

export const containerRows: readonly Row[] = [
  {
    by: 'validateContainerCommon',
    of: aPod({ containers: [{ name: 'A', terminationMessagePolicy: 'Log', imagePullPolicy: 'Sometimes' }] }),
    is: [
      `${at}.name: Invalid value: "A": ${label}`,
      `${at}.image: Required value`,
      `${at}.terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"`,
      `${at}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
  },
  {
    by: 'validateContainers',
    of: aPod({ containers: [container({ name: '' }), container({ name: '' })] }),
    is: [
      `${at}.name: Required value`,
      'spec.containers[1].name: Required value',
      'spec.containers[1].name: Duplicate value: ""',
    ],
  },
  {
    by: 'validateContainerPorts',
    of: of({
      ports: [
        { name: 'a', containerPort: 1 },
        { name: 'a', containerPort: 70000, hostPort: 70000 },
        { name: 'toolongtobeaportname', containerPort: 0, protocol: 'ICMP' },
        { name: '-1', containerPort: 2 },
      ],
    }),
    is: [
      `${at}.ports[1].name: Duplicate value: "a"`,
      `${at}.ports[1].containerPort: Invalid value: 70000: ${range}`,
      `${at}.ports[1].hostPort: Invalid value: 70000: ${range}`,
      `${at}.ports[2].name: Invalid value: "toolongtobeaportname": must be no more than 15 characters`,
      `${at}.ports[2].containerPort: Required value`,
      `${at}.ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
      `${at}.ports[3].name: Invalid value: "-1": must contain at least one letter (a-z)`,
      `${at}.ports[3].name: Invalid value: "-1": must not begin or end with a hyphen`,
    ],
  },
  {
    by: 'AccumulateUniqueHostPorts',
    of: aPod({
      containers: [
        container({ ports: [{ containerPort: 1, hostPort: 80 }] }),
        container({ name: 'b', ports: [{ containerPort: 2, hostPort: 80 }] }),
        container({ name: 'c', ports: [{ containerPort: 3, hostPort: 80, hostIP: '10.0.0.1' }] }),
      ],
    }),
    is: ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  },
  {
    by: 'checkHostPortConflicts',
    of: aPod({
      initContainers: [
        container({ name: 'b', ports: [{ containerPort: 1, hostPort: 80 }] }),
        container({
          name: 'c',
          ports: [
            { containerPort: 1, hostPort: 80 },
            { containerPort: 2, hostPort: 80 },
          ],
        }),
      ],
    }),
    is: ['spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//80"'],
  },
  {
    by: 'ValidateEnv',
    of: of({ env: [{ name: '' }, { name: 'a=b' }, { name: 'a b' }] }),
    is: [`${at}.env[0].name: Required value`, `${at}.env[1].name: Invalid value: "a=b": ${variable}`],
  },
  {
    by: 'validateEnvVarValueFrom',
    of: env({}),
    is: [
      `${at}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``,
    ],
  },
  {
    by: 'validateEnvVarValueFrom',
    of: env({ fieldRef: { fieldPath: 'metadata.name' } }, { value: 'a' }),
    is: [`${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  },
  {
    by: 'validateEnvVarValueFrom',
    of: env({ fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 'a', key: 'b' } }),
    is: [`${at}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time`],
  },
  {
    by: 'validateObjectFieldSelector',
    of: env({ fieldRef: { fieldPath: '' } }),
    is: [`${at}.env[0].valueFrom.fieldRef.fieldPath: Required value`],
  },
  {
    by: 'validateObjectFieldSelector',
    of: env({ fieldRef: { fieldPath: 'metadata.labels' } }),
    is: [
      `${at}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: ${environmentFields}`,
    ],
  },
  {
    by: 'validateObjectFieldSelector',
    of: env({ fieldRef: { fieldPath: 'spec.containers' } }),
    is: [
      `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.containers": error converting fieldPath: field label not supported: spec.containers`,
    ],
  },
  {
    by: 'validateObjectFieldSelector',
    of: env({ fieldRef: { fieldPath: "metadata.labels['a b']" } }),
    is: [`${at}.env[0].valueFrom.fieldRef: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'validateContainerResourceFieldSelector',
    of: env({ resourceFieldRef: { resource: 'limits.gpu' } }),
    is: [
      `${at}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: ${resourceFields}`,
    ],
  },
  {
    by: 'validateContainerResourceDivisor',
    of: env({ resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } }),
    is: [
      `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  },
  {
    by: 'validateContainerResourceDivisor',
    of: env({ resourceFieldRef: { resource: 'requests.hugepages-2Mi', divisor: '2Mi' } }),
    is: [
      `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "requests.hugepages-2Mi": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the hugepages resource`,
    ],
  },
  {
    by: 'validateConfigMapKeySelector',
    of: env({ configMapKeyRef: { name: 'A', key: '..a' } }),
    is: [
      `${at}.env[0].valueFrom.configMapKeyRef.name: Invalid value: "A": ${noSubdomain}`,
      `${at}.env[0].valueFrom.configMapKeyRef.key: Invalid value: "..a": must not start with '..'`,
    ],
  },
  {
    by: 'validateSecretKeySelector',
    of: env({ secretKeyRef: { name: 'a', key: 'b c' } }),
    is: [`${at}.env[0].valueFrom.secretKeyRef.key: Invalid value: "b c": ${configKey}`],
  },
  {
    by: 'ValidateEnvFrom',
    of: of({ envFrom: [{ prefix: 'a=' }, { configMapRef: { name: 'a' }, secretRef: { name: 'a' } }] }),
    is: [
      `${at}.envFrom[0].prefix: Invalid value: "a=": ${variable}`,
      `${at}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
      `${at}.envFrom: Invalid value: "": may not have more than one field specified at a time`,
    ],
  },
  {
    by: 'validateConfigMapEnvSource',
    of: of({ envFrom: [{ configMapRef: {} }, { configMapRef: { name: 'A' } }] }),
    is: [
      `${at}.envFrom[0].configMapRef.name: Required value`,
      `${at}.envFrom[1].configMapRef.name: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'validateSecretEnvSource',
    of: of({ envFrom: [{ secretRef: {} }] }),
    is: [`${at}.envFrom[0].secretRef.name: Required value`],
  },
  {
    by: 'ValidateVolumeMounts',
    of: of(
      {
        volumeMounts: [
          { name: 'x', mountPath: '/a' },
          { name: 'v', mountPath: '/a' },
          { name: '', mountPath: '' },
        ],
      },
      empty,
    ),
    is: [
      `${at}.volumeMounts[0].name: Not found: "x"`,
      `${at}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`,
      `${at}.volumeMounts[2].name: Required value`,
      `${at}.volumeMounts[2].name: Not found: ""`,
      `${at}.volumeMounts[2].mountPath: Required value`,
    ],
  },
  {
    by: 'ValidateVolumeMounts',
    of: mounted({ subPath: '/a', subPathExpr: '../b' }),
    is: [
      `${at}.volumeMounts.subPath: Invalid value: "/a": must be a relative path`,
      `${at}.volumeMounts[0].subPathExpr: Invalid value: "../b": subPathExpr and subPath are mutually exclusive`,
      `${at}.volumeMounts.subPathExpr: Invalid value: "../b": must not contain '..'`,
    ],
  },
  {
    by: 'validateMountPropagation',
    of: mounted({ mountPropagation: 'Bidirectional' }),
    is: [
      `${at}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
    ],
  },
  {
    by: 'validateMountPropagation',
    of: mounted({ mountPropagation: 'Both' }),
    is: [
      `${at}.volumeMounts.mountPropagation: Unsupported value: "Both": supported values: "Bidirectional", "HostToContainer", "None"`,
    ],
  },
  {
    by: 'validateMountRecursiveReadOnly',
    of: mounted({ recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' }),
    is: [
      `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
      `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
    ],
  },
  {
    by: 'validateMountRecursiveReadOnly',
    of: mounted({ recursiveReadOnly: 'Yes' }),
    is: [
      `${at}.volumeMounts.recursiveReadOnly: Unsupported value: "Yes": supported values: "Disabled", "Enabled", "IfPossible"`,
    ],
  },
  {
    by: 'ValidateVolumeDevices',
    of: of({ volumeDevices: [{ name: 'v', devicePath: '/dev/a' }] }, empty),
    is: [
      `${at}.volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
    ],
  },
  {
    by: 'ValidateVolumeDevices',
    of: of(
      {
        volumeMounts: [{ name: 'v', mountPath: '/a' }],
        volumeDevices: [
          { name: 'v', devicePath: '/a' },
          { name: 'v', devicePath: '/b/..' },
          { name: 'x', devicePath: '' },
        ],
      },
      claims,
    ),
    is: [
      `${at}.volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices`,
      `${at}.volumeDevices[0].name: Invalid value: "v": must not already exist in volumeMounts`,
      `${at}.volumeDevices[0].devicePath: Invalid value: "/a": must not already exist as a path in volumeMounts`,
      `${at}.volumeDevices[1].name: Invalid value: "v": must be unique`,
      `${at}.volumeDevices[1].devicePath: Invalid value: "/b/..": can not contain backsteps ('..')`,
      `${at}.volumeDevices[1].name: Invalid value: "v": must not already exist in volumeMounts`,
      `${at}.volumeDevices[2].name: Not found: "x"`,
      `${at}.volumeDevices[2].devicePath: Required value`,
    ],
  },
  {
    by: 'validatePullPolicy',
    of: aPod({ initContainers: [container({ name: 'b', imagePullPolicy: 'Once' })] }),
    is: [
      'spec.initContainers[0].imagePullPolicy: Unsupported value: "Once": supported values: "Always", "IfNotPresent", "Never"',
    ],
  },
  {
    by: 'validateFileKeyRefVolumes',
    of: env({ fileKeyRef: { volumeName: 'x', path: 'a', key: 'k' } }),
    is: [`${at}.env[0].valueFrom.fileKeyRef.volumeName: Not found: "x"`],
  },
  {
    by: 'validateFileKeySelector',
    of: of({ env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'V', path: '', key: 'a=' } } }] }, empty),
    is: [
      `${at}.env[0].valueFrom.fileKeyRef.key: Invalid value: "a=": ${variable}`,
      `${at}.env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "V": ${label}`,
      `${at}.env[0].valueFrom.fileKeyRef.path: Required value`,
      `${at}.env[0].valueFrom.fileKeyRef.volumeName: Not found: "V"`,
    ],
  },
  {
    by: 'validateHandler',
    of: of({ livenessProbe: {} }),
    is: [`${at}.livenessProbe: Required value: must specify a handler type`],
  },
  {
    by: 'validateHandler',
    of: probed({ exec: { command: ['a'] }, grpc: { port: 1 } }),
    is: [
      `${at}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
      `${at}.livenessProbe.grpc: Forbidden: may not specify more than 1 handler type`,
    ],
  },
  {
    by: 'validateExecAction',
    of: of({ readinessProbe: { exec: {} } }),
    is: [`${at}.readinessProbe.exec.command: Required value`],
  },
  {
    by: 'validateHTTPGetAction',
    of: of({ startupProbe: { httpGet: { port: 0, scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] } } }),
    is: [
      `${at}.startupProbe.httpGet.port: Invalid value: 0: ${range}`,
      `${at}.startupProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
      `${at}.startupProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
    ],
  },
  {
    by: 'ValidatePortNumOrName',
    of: of({ livenessProbe: { tcpSocket: { port: 'a--b' } } }),
    is: [`${at}.livenessProbe.tcpSocket.port: Invalid value: "a--b": must not contain consecutive hyphens`],
  },
  {
    by: 'validateGRPCAction',
    of: of({ livenessProbe: { grpc: { port: 70000 } } }),
    is: [`${at}.livenessProbe.grpc.port: Invalid value: 70000: ${range}`],
  },
  {
    by: 'validateProbe',
    of: probed({
      initialDelaySeconds: -1,
      timeoutSeconds: -1,
      periodSeconds: -1,
      failureThreshold: -1,
      terminationGracePeriodSeconds: 0,
    }),
    is: [
      ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'].map(
        (field) => `${at}.livenessProbe.${field}: Invalid value: -1: must be greater than or equal to 0`,
      ),
      `${at}.livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
    ],
  },
  {
    by: 'validateLivenessProbe',
    of: probed({ successThreshold: 2 }),
    is: [`${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
  },
  {
    by: 'validateStartupProbe',
    of: of({ startupProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
    is: [`${at}.startupProbe.successThreshold: Invalid value: 2: must be 1`],
  },
  {
    by: 'validateReadinessProbe',
    of: of({ readinessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 5 } }),
    is: [`${at}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes`],
  },
  {
    by: 'validateLifecycle',
    of: of({ lifecycle: { postStart: {}, preStop: { exec: {}, sleep: { seconds: 1 } } } }),
    is: [
      `${at}.lifecycle.postStart: Required value: must specify a handler type`,
      `${at}.lifecycle.preStop.exec.command: Required value`,
      `${at}.lifecycle.preStop.sleep: Forbidden: may not specify more than 1 handler type`,
    ],
  },
  {
    by: 'validateSleepAction',
    of: of({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    is: [
      `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  },
  {
    by: 'validateInitContainers',
    of: aPod({ initContainers: [container({ name: 'b', lifecycle: {}, readinessProbe: {}, startupProbe: {} })] }),
    is: ['lifecycle', 'readinessProbe', 'startupProbe'].map(
      (field) =>
        `spec.initContainers[0].${field}: Forbidden: may not be set for init containers without restartPolicy=Always`,
    ),
  },
  {
    by: 'validateInitContainers',
    of: aPod({ initContainers: [container({ name: 'b', restartPolicy: 'Always', livenessProbe: {} })] }),
    is: ['spec.initContainers[0].livenessProbe: Required value: must specify a handler type'],
  },
  {
    by: 'validateResizePolicy',
    of: of(
      {
        resizePolicy: [
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'cpu', restartPolicy: 'RestartContainer' },
          { resourceName: 'disk', restartPolicy: 'NotRequired' },
        ],
      },
      { restartPolicy: 'Never' },
    ),
    is: [
      `${at}.resizePolicy[1]: Duplicate value: "cpu"`,
      `${at}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when pod \`restartPolicy\` is 'Never'`,
      `${at}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
    ],
  },
  {
    by: 'validateFieldAllowList',
    of: aPod(),
    change: {
      spec: {
        ephemeralContainers: [
          {
            name: 'b',
            image: 'b',
            resources: { limits: { cpu: '1' } },
            ports: [{ containerPort: 1 }],
            lifecycle: {},
          },
        ],
      },
    },
    subresource: 'ephemeralcontainers',
    is: ['ports', 'resources', 'lifecycle'].map(
      (field) => `spec.ephemeralContainers[0].${field}: Forbidden: cannot be set for an Ephemeral Container`,
    ),
  },
];
