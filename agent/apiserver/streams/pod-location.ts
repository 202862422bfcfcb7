/**
 * Where on which kubelet a pod's stream is, with upstream's words where it is nowhere.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/strategy.go (LogLocation,
 * streamLocation)
 */
import type { PodStream } from '../../api/kind.ts';
import type { Pod } from '../../api/types.ts';
import { badRequest } from '../errors.ts';
import { isSet, logQuery } from './log-options.ts';

export interface PodLocation {
  node: string;
  /** On the kubelet, with the query. */
  path: string;
}

/** Undefined for the log of a pod that is on no node yet: it has none, and that is no error. */
export function locatePodStream(pod: Pod, stream: PodStream, query: URLSearchParams): PodLocation | undefined {
  const { name, namespace } = pod.metadata;
  const container = stream === 'portforward' ? undefined : containerOf(pod, query.get('container') ?? '');
  const kubeletQuery = queryFor(stream, name, query);
  const node = pod.spec.nodeName;
  if (!node) {
    if (stream === 'log') return undefined;
    throw badRequest(`pod ${name} does not have a host assigned`);
  }
  const segments = [kubeletVerbs[stream], namespace ?? '', name, ...(container === undefined ? [] : [container])];
  const search = kubeletQuery.size > 0 ? `?${kubeletQuery}` : '';
  return { node, path: `/${segments.map(encodeURIComponent).join('/')}${search}` };
}

const kubeletVerbs: Record<PodStream, string> = {
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
};

function queryFor(stream: PodStream, pod: string, query: URLSearchParams): URLSearchParams {
  if (stream === 'log') return logQuery(pod, query);
  const result = new URLSearchParams();
  if (stream === 'portforward') {
    for (const port of query.getAll('ports').flatMap((value) => value.split(','))) result.append('port', port);
    return result;
  }
  for (const [ours, theirs] of [
    ['stdin', 'input'],
    ['stdout', 'output'],
    ['stderr', 'error'],
    ['tty', 'tty'],
  ] as const) {
    if (isSet(query, ours)) result.set(theirs, '1');
  }
  if (stream === 'exec') for (const word of query.getAll('command')) result.append('command', word);
  return result;
}

function containerOf(pod: Pod, asked: string): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const { name: podName } = pod.metadata;
  if (asked !== '') {
    const known = [...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === asked);
    if (!known) throw badRequest(`container ${asked} is not valid for pod ${podName}`);
    return asked;
  }
  const [only, ...others] = containers;
  if (only && others.length === 0) return only.name;
  throw badRequest(`a container name must be specified for pod ${podName}${choices(containers, initContainers)}`);
}

function choices(containers: readonly { name: string }[], initContainers: readonly { name: string }[]): string {
  const list = (all: readonly { name: string }[]): string => `[${all.map(({ name }) => name).join(' ')}]`;
  if (containers.length === 0) return '';
  const init = initContainers.length > 0 ? ` or one of the init containers: ${list(initContainers)}` : '';
  return `, choose one of: ${list(containers)}${init}`;
}
