/**
 * Defaults of pods and pod templates.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/defaults.go
 */
import { effectiveAmounts, isOfPods } from '../pods.ts';
import type { core } from '../types.ts';

const defaultMode = 0o644;

/** `Always` for `latest`, be it named or implied; a digest counts as a tag. */
export function defaultPullPolicy(image: string | undefined): 'Always' | 'IfNotPresent' {
  if (!image || image.includes('@')) return image ? 'IfNotPresent' : 'Always';
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultHttpGet(action: core.HTTPGetAction | undefined): void {
  if (!action) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function defaultProbe(probe: core.Probe | undefined): void {
  if (!probe) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultFieldRef(source: {
  fieldRef?: core.ObjectFieldSelector;
  resourceFieldRef?: core.ResourceFieldSelector;
}): void {
  if (source.fieldRef) source.fieldRef.apiVersion ||= 'v1';
  if (source.resourceFieldRef) source.resourceFieldRef.divisor ??= '0';
}

function defaultContainer(container: core.Container): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const { valueFrom } of container.env ?? []) if (valueFrom) defaultFieldRef(valueFrom);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  defaultHttpGet(container.lifecycle?.postStart?.httpGet);
  defaultHttpGet(container.lifecycle?.preStop?.httpGet);
}

function defaultProjection(source: core.VolumeProjection): void {
  for (const item of source.downwardAPI?.items ?? []) defaultFieldRef(item);
  if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ||= 3600;
}

function defaultVolume(volume: core.Volume): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume.emptyDir = {};
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
  if (volume.secret) volume.secret.defaultMode ??= defaultMode;
  if (volume.configMap) volume.configMap.defaultMode ??= defaultMode;
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= defaultMode;
    for (const item of volume.downwardAPI.items ?? []) defaultFieldRef(item);
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= defaultMode;
    volume.projected.sources?.forEach(defaultProjection);
  }
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
  if (claim) claim.volumeMode ||= 'Filesystem';
}

const containersOf = (spec: core.PodSpec): core.Container[] => [
  ...(spec.containers ?? []),
  ...(spec.initContainers ?? []),
  ...((spec.ephemeralContainers ?? []) as core.Container[]),
];

/** Structs that Go always has. */
function fillTerms({ nodeAffinity, podAffinity, podAntiAffinity }: core.Affinity): void {
  for (const term of nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) term.preference ??= {};
  for (const affinity of [podAffinity, podAntiAffinity]) {
    for (const term of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      term.podAffinityTerm ??= { topologyKey: '' };
    }
  }
}

/** What templates get as well. */
export function defaultPodSpec(spec: core.PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  spec.securityContext ??= {};
  // The old name and the new one are kept the same.
  if (spec.serviceAccountName || spec.serviceAccount) {
    spec.serviceAccountName ||= spec.serviceAccount;
    spec.serviceAccount = spec.serviceAccountName;
  }
  if (spec.affinity) fillTerms(spec.affinity);
  for (const container of containersOf(spec)) defaultContainer(container);
  spec.volumes?.forEach(defaultVolume);
}

/** A template has a spec in Go, said or not. Returns the template, which it changes in place if there is one. */
export function defaultTemplate(template: core.PodTemplateSpec = {}): core.PodTemplateSpec {
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
  return template;
}

/** A limit without a request asks for as much. */
function requestsFromLimits(container: core.Container): void {
  const { resources } = container;
  if (!resources?.limits) return;
  resources.requests ??= {};
  for (const [name, limit] of Object.entries(resources.limits)) resources.requests[name] ??= limit;
}

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

/** What a pod that says something of itself as a whole leaves out: its containers say it, or its limits do. */
function defaultPodResources(spec: core.PodSpec): void {
  const { resources } = spec;
  if (!resources || Object.keys({ ...resources.limits, ...resources.requests }).length === 0) return;
  const { limits = {}, requests = {} } = resources;
  for (const [name, limit] of Object.entries(effectiveAmounts(spec, 'limits'))) {
    if (isHugePages(name) && requests[name] === undefined) limits[name] ??= limit;
  }
  if (Object.keys(limits).length === 0) return;
  resources.limits = limits;
  for (const [name, request] of Object.entries(effectiveAmounts(spec, 'requests'))) {
    if (isOfPods(name) && !isHugePages(name)) requests[name] ??= request;
  }
  for (const [name, limit] of Object.entries(limits)) if (isOfPods(name)) requests[name] ??= limit;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** What only pods get, not templates. */
export function defaultPod(spec: core.PodSpec): void {
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    requestsFromLimits(container);
    if (!spec.hostNetwork) continue;
    for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  defaultPodResources(spec);
}
