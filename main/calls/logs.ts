/**
 * Follows a container's log. Lines are always asked for with timestamps, so that after a disconnect the stream resumes
 * where it broke, with no gap and no repeat; they are cut off again where the window does not want them.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
import type { Pod } from '../../agent/api/types.ts';
import type { DesktopCalls, DesktopEvents } from '../contract.ts';
import { createBatch } from './batch.ts';
import { toCallError } from './failure.ts';
import { expectSuccess, linesOf, pathOf, requestJson } from './kube-requests.ts';
import type { KubeConnection } from './services.ts';

type LogRequest = DesktopCalls['log.open']['input'];

export interface LogOptions {
  request: LogRequest;
  connect: () => Promise<KubeConnection>;
  emit: (lines: DesktopEvents['log.lines']) => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

/** Where the stream is: lines with an older stamp were delivered, and `count` of those with this very stamp. */
export interface LogPosition {
  stamp: string;
  count: number;
}

/** Passes on only what comes after a position; several lines may share one stamp. */
export function createResumeFilter(from: LogPosition | undefined): (stamp: string) => boolean {
  let seen = 0;
  return (stamp) => {
    if (!from || stamp > from.stamp) return true;
    if (stamp < from.stamp) return false;
    seen += 1;
    return seen > from.count;
  };
}

/** Nanoseconds may come with fewer digits; equal length makes stamps comparable as text. */
const normalize = (stamp: string): string => {
  const [seconds = '', fraction = ''] = stamp.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
};

const pods = { group: '', version: 'v1', plural: 'pods' };
const retryDelay = 1_000;

/** Runs until the log ends or the signal aborts. */
export async function followLog({ request, connect, emit, sleep, signal }: LogOptions): Promise<void> {
  const { id } = request;
  let position: LogPosition | undefined;
  for (;;) {
    try {
      position = await stream({ request, connect, emit, sleep, signal }, position, (next) => {
        position = next;
      });
      if (!request.follow || !(await isStillRunning(await connect(), request, signal))) break;
    } catch (error) {
      if (signal.aborted) return;
      const failure = toCallError(error);
      const final = !request.follow || ['NotFound', 'BadRequest', 'Forbidden', 'Unauthorized'].includes(failure.code);
      emit({ id, lines: [], error: failure, ...(final ? { ended: true } : {}) });
      if (final) return;
    }
    await sleep(retryDelay, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (signal.aborted) return;
  }
  emit({ id, lines: [], ended: true });
}

async function stream(
  { request, connect, emit, signal }: LogOptions,
  from: LogPosition | undefined,
  moved: (position: LogPosition) => void,
): Promise<LogPosition | undefined> {
  const { id, namespace, pod, container, follow, previous, tailLines, sinceSeconds } = request;
  const fresh = from ? { sinceTime: from.stamp.replace(/\.\d+Z$/, 'Z') } : { tailLines, sinceSeconds };
  const query = { container, follow: follow || undefined, previous: previous || undefined, timestamps: true, ...fresh };
  const path = pathOf({ resource: pods, namespace, name: pod, subresource: 'log', query });
  const response = await (await connect()).request({ method: 'GET', path, signal });
  await expectSuccess(response);
  const batch = createBatch<string>((lines) => emit({ id, lines }), { limit: 5_000 });
  const isNew = createResumeFilter(from);
  let position = from;
  try {
    for await (const line of linesOf(response.body)) {
      const space = line.indexOf(' ');
      const stamp = normalize(space > 0 ? line.slice(0, space) : line);
      if (!isNew(stamp)) continue;
      position = position?.stamp === stamp ? { stamp, count: position.count + 1 } : { stamp, count: 1 };
      moved(position);
      batch.add(request.timestamps ? line : space > 0 ? line.slice(space + 1) : '');
    }
  } finally {
    batch.flush();
  }
  return position;
}

/** A stream also ends when its container restarts: then there is more to follow. */
async function isStillRunning(connection: KubeConnection, request: LogRequest, signal: AbortSignal): Promise<boolean> {
  const path = pathOf({ resource: pods, namespace: request.namespace, name: request.pod });
  const { value } = await requestJson<Pod>(connection, { method: 'GET', path, signal });
  const statuses = [...(value.status?.containerStatuses ?? []), ...(value.status?.initContainerStatuses ?? [])];
  const state = statuses.find(({ name }) => name === request.container)?.state;
  return Boolean(state?.running) || (Boolean(state?.waiting) && value.status?.phase === 'Running');
}
