/**
 * Follows a container's log. Requests always ask for timestamps, so that after a disconnect the stream resumes without
 * a gap or a repeated line; the timestamps are removed if the window does not want them.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
import type { Pod } from '../../agent/api/types.ts';
import type { LogPosition } from '../contract/streams.ts';
import type { DesktopCalls, DesktopEvents } from '../contract.ts';
import { toCallError } from '../failure.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { expectSuccess, linesOf, pathOf, requestJson } from '../kube/requests.ts';
import { createBatch } from './batch.ts';
import { onWake } from './wake.ts';

type LogRequest = DesktopCalls['log.open']['input'];

export interface LogOptions {
  request: LogRequest;
  connect: () => Promise<KubeConnection>;
  emit: (lines: DesktopEvents['log.lines']) => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

/**
 * Passes on only the lines after a position. After a reconnect the server sends all lines of the position's second
 * again, in the order in which they were written. The filter skips as many of these as were seen, since several lines
 * may share a timestamp and two writers may be out of order. It never skips a line that is newer than the position: a
 * restarted container writes a new log.
 */
function createResumeFilter(from: LogPosition | undefined): (stamp: string) => boolean {
  let again = 0;
  return (stamp) => {
    if (!from || stamp > from.stamp) return true;
    if (stamp < from.since) return false;
    if (again >= from.count) return true;
    again += 1;
    return false;
  };
}

const secondOf = (stamp: string): string => stamp.slice(0, 19);

/**
 * The position after one more line. The first line counts from its own timestamp: lines that a tail left out were not
 * seen.
 */
export function advance(from: LogPosition | undefined, stamp: string): LogPosition {
  if (!from) return { since: stamp, count: 1, stamp };
  if (secondOf(stamp) > secondOf(from.stamp)) return { since: `${secondOf(stamp)}.000000000Z`, count: 1, stamp };
  const count = stamp < from.since ? from.count : from.count + 1;
  return { since: from.since, count, stamp: stamp > from.stamp ? stamp : from.stamp };
}

/** Pads nanoseconds to nine digits, so that timestamps compare as text. */
const normalize = (stamp: string): string => {
  const [seconds = '', fraction = ''] = stamp.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
};

const pods = { group: '', version: 'v1', plural: 'pods' };
const retryDelay = 1_000;

/** Runs until the log ends or the signal aborts. */
export async function followLog({ request, connect, emit, sleep, signal }: LogOptions): Promise<void> {
  const { id } = request;
  let position = request.after;
  for (;;) {
    // After the machine slept, the connection may be dead without an error.
    const woken = new AbortController();
    const forget = onWake(() => woken.abort());
    const either = AbortSignal.any([signal, woken.signal]);
    try {
      position = await stream({ request, connect, emit, sleep, signal: either }, position, (next) => {
        position = next;
      });
      if (!request.follow || !(await isStillRunning(await connect(), request, signal))) break;
    } catch (error) {
      if (signal.aborted) return;
      if (woken.signal.aborted && request.follow) continue;
      const failure = toCallError(error);
      const final = !request.follow || ['NotFound', 'BadRequest', 'Forbidden', 'Unauthorized'].includes(failure.code);
      emit({ id, lines: [], error: failure, ...(final ? { ended: true } : {}) });
      if (final) return;
    } finally {
      forget();
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
  const fresh = from ? { sinceTime: from.since.replace(/\.\d+Z$/, 'Z') } : { tailLines, sinceSeconds };
  const query = { container, follow: follow || undefined, previous: previous || undefined, timestamps: true, ...fresh };
  const path = pathOf({ resource: pods, namespace, name: pod, subresource: 'log', query });
  const response = await (await connect()).request({ method: 'GET', path, signal });
  await expectSuccess(response);
  const isNew = createResumeFilter(from);
  let position = from;
  const handOver = (lines: string[]) => emit({ id, lines, ...(position ? { position } : {}) });
  const batch = createBatch<string>(handOver, { limit: 5_000 });
  try {
    for await (const line of linesOf(response.body)) {
      const space = line.indexOf(' ');
      const stamp = normalize(space > 0 ? line.slice(0, space) : line);
      if (!isNew(stamp)) continue;
      position = advance(position, stamp);
      moved(position);
      batch.add(request.timestamps ? line : space > 0 ? line.slice(space + 1) : '');
    }
  } finally {
    batch.flush();
  }
  return position;
}

/** A stream also ends when the container restarts; then there is more to follow. */
async function isStillRunning(connection: KubeConnection, request: LogRequest, signal: AbortSignal): Promise<boolean> {
  const path = pathOf({ resource: pods, namespace: request.namespace, name: request.pod });
  const { value } = await requestJson<Pod>(connection, { method: 'GET', path, signal });
  const statuses = [...(value.status?.containerStatuses ?? []), ...(value.status?.initContainerStatuses ?? [])];
  const state = statuses.find(({ name }) => name === request.container)?.state;
  return Boolean(state?.running) || (Boolean(state?.waiting) && value.status?.phase === 'Running');
}
