/**
 * What reaches out of the pod into its node.
 * https://github.com/kubernetes/pod-security-admission/tree/release-1.36/policy (check_host*.go,
 * check_windowsHostProcess.go)
 */
import type { core } from '../../../../api/types.ts';
import {
  type Check,
  type Container,
  containersNamed,
  containersOf,
  type Look,
  namesOf,
  plural,
  quoted,
  setters,
  sortedSet,
} from '../check.ts';

const lookNamespaces: Look = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

const lookVolumes: Look = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` };
};

const hostPorts = ({ ports = [] }: Container): string[] =>
  ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));

const lookPorts: Look = (subject) => {
  const names = namesOf(subject, (container) => hostPorts(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = sortedSet(containersOf(subject).flatMap(hostPorts));
  const uses = plural('uses', 'use', names.length);
  return {
    reason: 'hostPort',
    detail: `${containersNamed(names)} ${uses} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}`,
  };
};

type Handler = core.Probe | core.LifecycleHandler | undefined;

const hostsIn = (handler: Handler): string[] =>
  [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => !!host) as string[];

const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
  [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(hostsIn);

const lookHandlers: Look = (subject) => {
  const names = sortedSet(namesOf(subject, (container) => hostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = sortedSet(containersOf(subject).flatMap(hostsOf));
  const uses = plural('uses', 'use', names.length);
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return { reason: 'probe or lifecycle host', detail: `${containersNamed(names)} ${uses} ${what} ${quoted(hosts)}` };
};

const lookProcess: Look = (subject) => {
  const isPod = subject.spec.securityContext?.windowsOptions?.hostProcess === true;
  const names = namesOf(subject, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  const who = setters(isPod, names);
  if (!who) return undefined;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

const always = (id: string, look: Look): Check => ({ id, level: 'baseline', versions: [{ since: 0, look }] });

export const hostChecks: readonly Check[] = [
  always('hostNamespaces', lookNamespaces),
  always('hostPathVolumes', lookVolumes),
  always('hostPorts', lookPorts),
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', versions: [{ since: 34, look: lookHandlers }] },
  always('windowsHostProcess', lookProcess),
];
