/**
 * What is allowed in a pod or a pod template, but is hardly meant.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/pod/warnings.go
 */
import { checkDns1123Label } from '../names.ts';
import { tryParseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';
import { deprecatedLabels } from './node-labels.ts';

interface Placed {
  path: string;
  container: core.Container;
}

const placed = (path: string, spec: core.PodSpec): Placed[] =>
  (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ path: `${path}.${list}[${index}]`, container })),
  );

function repeated<T>(items: readonly T[], nameOf: (item: T) => string, text: (index: number, name: string) => string) {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const name = nameOf(item);
    if (seen.has(name)) return [text(index, name)];
    seen.add(name);
    return [];
  });
}

function hiddenVariables({ path, container }: Placed): string[] {
  const seen = new Set<string>();
  return (container.env ?? []).flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const before = `$(${name})`;
    if (!valueFrom && value !== before && value.includes(before)) return [];
    return [`${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`];
  });
}

const nanoPerUnit = 1_000_000_000n;

function fractions({ path, container }: Placed): string[] {
  return (['limits', 'requests'] as const).flatMap((list) =>
    ['memory', 'ephemeral-storage'].flatMap((resource) => {
      const amount = (container.resources?.[list] as Record<string, string> | undefined)?.[resource];
      const quantity = amount === undefined ? undefined : tryParseQuantity(amount);
      if (!quantity || quantity.nano % nanoPerUnit === 0n) return [];
      const at = `${path}.resources.${list}[${resource}]`;
      return [`${at}: fractional byte value "${amount}" is invalid, must be an integer`];
    }),
  );
}

function relation(port: core.ContainerPort, other: core.ContainerPort): string | undefined {
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? ''];
  if (ip === otherIp && host === otherHost) return 'duplicate';
  if (host === 0 || otherHost === 0) return 'overlapping';
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}

function portsInTheWay(containers: readonly Placed[]): string[] {
  const ports = containers.flatMap(({ path, container }) =>
    (container.ports ?? []).map((port, index) => ({ at: `${path}.ports[${index}]`, port })),
  );
  return ports.flatMap(({ at, port }, index) =>
    ports.slice(0, index).flatMap((other) => {
      if (other.port.containerPort !== port.containerPort || other.port.protocol !== port.protocol) return [];
      const found = relation(port, other.port);
      return found ? [`${at}: ${found} port definition with ${other.at}`] : [];
    }),
  );
}

const noSelector = 'a null labelSelector results in matching no pod';

function selectorsOfNothing(path: string, { affinity, topologySpreadConstraints = [] }: core.PodSpec): string[] {
  const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
  return [
    ...topologySpreadConstraints.flatMap(({ labelSelector }, index) =>
      labelSelector ? [] : [`${path}.topologySpreadConstraints[${index}].labelSelector: ${noSelector}`],
    ),
    ...(['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) =>
      (affinity?.[kind]?.[hard] ?? []).flatMap(({ labelSelector }, index) =>
        labelSelector ? [] : [`${path}.affinity.${kind}.${hard}[${index}].labelSelector: ${noSelector}`],
      ),
    ),
  ];
}

/** `path` is `spec` or `spec.template.spec`. */
export function podSpecWarnings(path: string, spec: core.PodSpec): string[] {
  const containers = placed(path, spec);
  const grace = spec.terminationGracePeriodSeconds ?? 0;
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) =>
      deprecatedLabels[label] ? [`${path}.nodeSelector[${label}]: ${deprecatedLabels[label]}`] : [],
    ),
    ...selectorsOfNothing(path, spec),
    ...repeated(
      spec.hostAliases ?? [],
      ({ ip }) => ip ?? '',
      (index, ip) => `${path}.hostAliases[${index}].ip: duplicate ip "${ip}"`,
    ),
    ...repeated(
      spec.imagePullSecrets ?? [],
      ({ name }) => name ?? '',
      (index, name) => `${path}.imagePullSecrets[${index}].name: duplicate name "${name}"`,
    ),
    ...containers.flatMap((each) => [...fractions(each), ...hiddenVariables(each)]),
    ...portsInTheWay(containers),
    ...(grace < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
  ];
}

/** `use` as in "this is used in ...". */
export function nameWarnings(name: string, use: string): string[] {
  const problems = checkDns1123Label(name);
  if (problems.length === 0) return [];
  const surprise = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${use}, ${surprise}: [${problems.join(' ')}]`];
}

interface Versioned {
  metadata: { name: string; generation?: number };
}

interface WithTemplate extends Versioned {
  spec: { template?: core.PodTemplateSpec };
}

/** Whether a write made or changed anything beside status and metadata. */
export const isNews = ({ metadata }: Versioned, old: Versioned | undefined): boolean =>
  old?.metadata.generation === undefined || old.metadata.generation !== metadata.generation;

/** `path` is that of the template. */
export const podTemplateWarnings = (path: string, template: core.PodTemplateSpec | undefined): string[] =>
  template?.spec ? podSpecWarnings(`${path}.spec`, template.spec) : [];

/** Pods get names that begin with that of what makes them. */
export const podNameWarnings = ({ metadata }: Versioned): string[] =>
  nameWarnings(metadata.name, 'Pod names and hostnames');

/** Of a workload, and of the pods that it makes. */
export function templateWarnings(object: WithTemplate, old: WithTemplate | undefined): string[] {
  if (!isNews(object, old)) return [];
  return [...(old ? [] : podNameWarnings(object)), ...podTemplateWarnings('spec.template', object.spec.template)];
}
