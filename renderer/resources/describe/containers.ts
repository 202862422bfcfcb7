/** Containers and volumes of a pod, or of a pod's template, as `kubectl describe` words them. */
import type { core, Pod } from '../../../agent/api/types.ts';
import { longTime, printBool, writeAnnotations, writeLabels, writeTolerations } from './common.ts';
import type { TabWriter } from './tab-writer.ts';

interface ContainerGroup {
  label: string;
  containers: readonly core.Container[];
  statuses?: readonly core.ContainerStatus[];
  /** Whose fields the environment may show; absent in a template. */
  pod?: Pod;
}

export function writeContainers(out: TabWriter, { label, containers, statuses = [], pod }: ContainerGroup): void {
  const space = pod ? '' : '  ';
  out.line(0, `${space}${label}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    writeBasics(out, container, status, pod ? '' : ' ');
    writeWords(out, 'Command', container.command);
    writeWords(out, 'Args', container.args);
    if (status) writeState(out, status);
    writeResources(out, 'Limits', container.resources?.limits);
    writeResources(out, 'Requests', container.resources?.requests);
    for (const [title, probe] of Object.entries(probesOf(container))) if (probe) out.line(2, title, probeText(probe));
    writeEnvFrom(out, container.envFrom ?? []);
    writeEnv(out, container.env ?? [], pod);
    writeMounts(out, container.volumeMounts ?? []);
  }
}

const probesOf = ({ livenessProbe, readinessProbe, startupProbe }: core.Container) => ({
  'Liveness:': livenessProbe,
  'Readiness:': readinessProbe,
  'Startup:': startupProbe,
});

function writeBasics(
  out: TabWriter,
  { name, image = '', ports = [] }: core.Container,
  status: core.ContainerStatus | undefined,
  indent: string,
): void {
  const list = (port: (one: core.ContainerPort) => number) =>
    ports.map((one) => `${port(one)}/${one.protocol ?? 'TCP'}`).join(', ') || '<none>';
  const inside = list(({ containerPort }) => containerPort);
  const onHost = list(({ hostPort = 0 }) => hostPort);
  out.line(1, `${indent}${name}:`);
  if (status) out.line(2, 'Container ID:', status.containerID ?? '');
  out.line(2, 'Image:', image);
  if (status) out.line(2, 'Image ID:', status.imageID);
  out.line(2, inside.includes(',') ? 'Ports:' : 'Port:', inside);
  out.line(2, onHost.includes(',') ? 'Host Ports:' : 'Host Port:', onHost);
}

function writeWords(out: TabWriter, title: string, words: readonly string[] | undefined): void {
  if (!words?.length) return;
  out.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) out.line(3, line);
}

function writeState(out: TabWriter, { state, lastState, ready, restartCount }: core.ContainerStatus): void {
  writeOneState(out, 'State', state ?? {});
  if (lastState?.terminated) writeOneState(out, 'Last State', lastState);
  out.line(2, 'Ready:', printBool(ready));
  out.line(2, 'Restart Count:', restartCount);
}

function writeOneState(out: TabWriter, title: string, { running, waiting, terminated }: core.ContainerState): void {
  out.line(2, `${title}:`, running ? 'Running' : terminated ? 'Terminated' : 'Waiting');
  if (running) out.line(3, 'Started:', longTime(running.startedAt));
  if (waiting?.reason) out.line(3, 'Reason:', waiting.reason);
  if (!terminated) return;
  if (terminated.reason) out.line(3, 'Reason:', terminated.reason);
  if (terminated.message) out.line(3, 'Message:', terminated.message);
  out.line(3, 'Exit Code:', terminated.exitCode);
  if (terminated.signal) out.line(3, 'Signal:', terminated.signal);
  out.line(3, 'Started:', longTime(terminated.startedAt));
  out.line(3, 'Finished:', longTime(terminated.finishedAt));
}

function writeResources(out: TabWriter, title: string, resources: Record<string, core.Quantity> | undefined): void {
  const entries = Object.entries(resources ?? {}).sort();
  if (entries.length === 0) return;
  out.line(2, `${title}:`);
  for (const [name, quantity] of entries) out.line(3, `${name}:`, String(quantity));
}

export function probeText(probe: core.Probe): string {
  const { httpGet, tcpSocket, exec, grpc } = probe;
  const delay = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 0}s period=${probe.periodSeconds ?? 0}s`;
  const attributes = `${delay} #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`;
  if (exec) return `exec [${exec.command?.join(' ') ?? ''}] ${attributes}`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') || !path ? path : `/${path}`} ${attributes}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port} ${attributes}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${attributes}`;
  return `unknown ${attributes}`;
}

function writeEnvFrom(out: TabWriter, sources: readonly core.EnvFromSource[]): void {
  if (sources.length === 0) return;
  out.line(2, 'Environment Variables from:');
  for (const { configMapRef, secretRef, prefix } of sources) {
    const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
    const from = `${configMapRef ? 'ConfigMap' : 'Secret'}${prefix ? ` with prefix '${prefix}'` : ''}`;
    out.line(3, name, from, `Optional: ${optional}`);
  }
}

/** Of the fields that an environment may take, kubectl resolves those of the metadata. */
function fieldValue(pod: Pod | undefined, path: string): string {
  if (!pod) return '';
  const { name, namespace = '', uid } = pod.metadata;
  return { 'metadata.name': name, 'metadata.namespace': namespace, 'metadata.uid': uid }[path] ?? '';
}

function writeEnv(out: TabWriter, variables: readonly core.EnvVar[], pod: Pod | undefined): void {
  out.line(2, 'Environment:', ...(variables.length === 0 ? ['<none>'] : []));
  for (const { name, value = '', valueFrom } of variables) {
    if (valueFrom) out.line(3, `${name}:`, ...sourceText(valueFrom, pod));
    else for (const [at, line] of value.split('\n').entries()) out.line(3, at === 0 ? `${name}:` : '', line);
  }
}

function sourceText(source: core.EnvVarSource, pod: Pod | undefined): string[] {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = source;
  if (fieldRef)
    return [`${fieldValue(pod, fieldRef.fieldPath)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`];
  if (resourceFieldRef) return [` (${resourceFieldRef.resource})`];
  if (secretKeyRef)
    return [
      `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>`,
      `Optional: ${secretKeyRef.optional ?? false}`,
    ];
  return [
    `<set to the key '${configMapKeyRef?.key}' of config map '${configMapKeyRef?.name ?? ''}'>`,
    `Optional: ${configMapKeyRef?.optional ?? false}`,
  ];
}

function writeMounts(out: TabWriter, mounts: readonly core.VolumeMount[]): void {
  out.line(2, 'Mounts:', ...(mounts.length === 0 ? ['<none>'] : []));
  for (const { mountPath, name, readOnly, subPath } of [...mounts].sort((a, b) =>
    a.mountPath < b.mountPath ? -1 : 1,
  )) {
    const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path="${subPath}"`] : [])];
    out.line(3, `${mountPath} from ${name} (${flags.join(',')})`);
  }
}

type Lines = [string, string | number | boolean][];

/** One per type of volume: its title, and what is told of it. */
const volumeTypes: { [T in keyof core.Volume]?: (volume: NonNullable<core.Volume[T]>) => Lines } = {
  hostPath: ({ path, type = '' }) => [
    ['Type:', 'HostPath (bare host directory volume)'],
    ['Path:', path],
    ['HostPathType:', type],
  ],
  emptyDir: ({ medium = '', sizeLimit }) => [
    ['Type:', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
    ['Medium:', medium],
    ['SizeLimit:', String(sizeLimit ?? '<unset>')],
  ],
  secret: ({ secretName = '', optional = false }) => [
    ['Type:', 'Secret (a volume populated by a Secret)'],
    ['SecretName:', secretName],
    ['Optional:', optional],
  ],
  configMap: ({ name = '', optional = false }) => [
    ['Type:', 'ConfigMap (a volume populated by a ConfigMap)'],
    ['Name:', name],
    ['Optional:', optional],
  ],
  persistentVolumeClaim: ({ claimName, readOnly = false }) => [
    ['Type:', 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)'],
    ['ClaimName:', claimName],
    ['ReadOnly:', readOnly],
  ],
  projected: ({ sources = [] }) => [
    ['Type:', 'Projected (a volume that contains injected data from multiple sources)'],
    ...sources.flatMap(projectedLines),
  ],
};

function projectedLines({ secret, configMap, downwardAPI, serviceAccountToken }: core.VolumeProjection): Lines {
  const source = secret ?? configMap;
  if (source)
    return [
      [secret ? 'SecretName:' : 'ConfigMapName:', source.name ?? ''],
      ['Optional:', source.optional ?? false],
    ];
  if (downwardAPI) return [['DownwardAPI:', true]];
  return serviceAccountToken ? [['TokenExpirationSeconds:', serviceAccountToken.expirationSeconds ?? 3600]] : [];
}

export function writeVolumes(out: TabWriter, volumes: readonly core.Volume[], space: string): void {
  out.line(0, `${space}Volumes:`, ...(volumes.length === 0 ? ['<none>'] : []));
  for (const { name, ...volume } of volumes) {
    out.line(1, `${space ? ' ' : ''}${name}:`);
    const [type, source] = Object.entries(volume).find(([, value]) => value !== undefined) ?? [];
    const lines = volumeTypes[type as keyof core.Volume] as ((value: unknown) => Lines) | undefined;
    if (!lines) out.line(2, '<unknown>');
    else for (const line of lines(source)) out.line(2, ...line);
  }
}

export function writeTemplate(out: TabWriter, template: core.PodTemplateSpec | undefined): void {
  out.line(0, 'Pod Template:');
  writeLabels(out, '  Labels', template?.metadata?.labels);
  if (Object.keys(template?.metadata?.annotations ?? {}).length > 0)
    writeAnnotations(out, '  Annotations', template?.metadata?.annotations);
  const spec = template?.spec;
  if (spec?.serviceAccountName) out.line(0, '  Service Account:', spec.serviceAccountName);
  if (spec?.initContainers?.length) writeContainers(out, { label: 'Init Containers', containers: spec.initContainers });
  writeContainers(out, { label: 'Containers', containers: spec?.containers ?? [] });
  writeVolumes(out, spec?.volumes ?? [], '  ');
  if (spec?.priorityClassName) out.line(0, '  Priority Class Name:', spec.priorityClassName);
  writeLabels(out, '  Node-Selectors', spec?.nodeSelector);
  writeTolerations(out, '  Tolerations', spec?.tolerations);
}
