/** Waits until the API server, the nodes and, with `--wait`, kube-system are ready. */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../agent/api/errors.ts';
import { readJson } from '../../kube/client.ts';
import { connectAsAdmin } from '../admin.ts';
import type { BootStep } from '../boot.ts';
import { flagOf } from '../names.ts';
import { controlPlanesOf, type ProfileNode } from '../profile.ts';
import { StepError } from '../step-error.ts';
import { restartDeletedNodes } from './deleted-nodes.ts';
import { letJoin } from './let-join.ts';
import { required, type StartState } from './state.ts';

/** Seconds. */
const apiPatience = 25;
const nodePatience = 40;
/** How many more nodes a further second is for: simulated ones share one process. */
const nodesPerSecond = 20;
/** Of the nodes that are not ready, an error names so many. */
const namedNodes = 5;
/** Milliseconds. */
export const lookEvery = 1500;
/**
 * Milliseconds. A connection that was opened before the engine forwards the port may hang; a new one is answered at
 * once.
 */
const answerPatience = 1000;

/** The failure of a wait; `node` is the node whose log explains it. */
export function notReady(state: StartState, message: string, { node, cause }: { node?: string; cause?: unknown }) {
  const { simulated, fresh, name, engine, started } = state;
  const log = node && engine ? `docker logs ${node}` : undefined;
  // Nodes that ran before this start keep running.
  const stopped = started.size > 0 ? 'The cluster is stopped again, with all that is in it; ' : '';
  const kept = `${stopped}${log ? `\`${log}\`` : simulated.log} has the whole log.`;
  const retry = `Try \`skiff start${flagOf(name)}\` again; \`skiff doctor\` looks for a cause.`;
  return new StepError('NotReady', message, {
    hint: fresh ? retry : `${kept} ${retry}`,
    cause,
    ...(node ? { node } : {}),
    ...(log ? { command: log } : {}),
  });
}

/** Asks again until `check` does not throw. When time is up, the last error becomes the cause. */
export async function eventually(
  check: () => Promise<void>,
  seconds: number,
  failure: (reason: string, cause: unknown) => Error,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      signal.throwIfAborted();
      if (Date.now() > deadline) throw failure(messageOf(cause), cause);
    }
    await sleep(25, undefined, { signal });
  }
}

export const controlPlaneOf = (state: StartState): string => controlPlanesOf(required(state, 'profile'))[0]?.name ?? '';

export const apiStep: BootStep<StartState> = {
  title: 'Wait for the API server',
  async run(state, signal) {
    const connection = connectAsAdmin(required(state, 'profile'), required(state, 'pki'));
    state.connection = connection;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const ask = async () => {
      const attempt = AbortSignal.any([until, AbortSignal.timeout(answerPatience)]);
      const response = await connection.request({ method: 'GET', path: '/readyz', signal: attempt });
      for await (const _ of response.body);
      if (response.status !== 200) throw new Error(`/readyz answers ${response.status}`);
    };
    const late = (reason: string, cause: unknown) =>
      notReady(state, `the API server was not ready within ${apiPatience} s: ${reason}`, {
        node: controlPlaneOf(state),
        cause,
      });
    const ready = eventually(ask, apiPatience, late, until);
    await Promise.race([ready, state.platform.waitForFailure(state, until)]).finally(() => over.abort());
  },
};

interface Condition {
  type: string;
  status: string;
  message?: string;
  lastHeartbeatTime?: string;
}

interface Conditions {
  metadata: { name: string };
  status?: { phase?: string; conditions?: Condition[] };
}

/** `skiff-worker (container runtime is down)` */
function waitingFor(name: string, item: Conditions | undefined): string {
  if (!item) return `${name} (has not joined)`;
  const message = item.status?.conditions?.find(({ type, status }) => type === 'Ready' && status !== 'True')?.message;
  return `${name} (${message ?? 'has not reported since it was started'})`;
}

/** Heartbeats are precise to the second. */
const reportedSince = ({ status }: Conditions, since: number): boolean => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return Date.parse(ready?.lastHeartbeatTime ?? '') >= Math.floor(since / 1000) * 1000;
};

const isReady = ({ status }: Conditions): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

/**
 * Waits until these nodes are Ready, and have said so since this operation started them. `failure` gets what is awaited
 * of which node.
 */
export async function waitForNodes(
  state: StartState,
  nodes: readonly ProfileNode[],
  failure: (waiting: string, node: string, cause: unknown) => Error,
  signal: AbortSignal,
): Promise<void> {
  let first = '';
  const ask = async () => {
    const list = await readJson<{ items: Conditions[] }>(required(state, 'connection'), '/api/v1/nodes', signal);
    const startedAt = ({ metadata }: Conditions) => (state.fresh ? 0 : (state.started.get(metadata.name) ?? 0));
    const ready = new Set(
      list.items
        .filter((node) => isReady(node) && reportedSince(node, startedAt(node)))
        .map(({ metadata }) => metadata.name),
    );
    const waiting = nodes.filter(({ name }) => !ready.has(name));
    first = waiting[0]?.name ?? '';
    const known = new Map(list.items.map((item) => [item.metadata.name, item]));
    const named = waiting.slice(0, namedNodes).map(({ name }) => waitingFor(name, known.get(name)));
    if (waiting.length > namedNodes) named.push(`and ${waiting.length - namedNodes} more`);
    if (waiting.length) throw new Error(named.join(', '));
  };
  const patience = nodePatience + Math.ceil(nodes.length / nodesPerSecond);
  const late = (reason: string, cause: unknown) => failure(`not Ready within ${patience} s: ${reason}`, first, cause);
  await eventually(ask, patience, late, signal);
}

export const nodesReadyStep: BootStep<StartState> = {
  title: 'Wait for the nodes',
  async run(state, signal) {
    const { nodes } = required(state, 'profile');
    const forget = state.fresh ? undefined : await letJoin(state, signal);
    if (!state.fresh && (await restartDeletedNodes(state, signal))) await apiStep.run(state, signal);
    const late = (waiting: string, node: string, cause: unknown) =>
      notReady(state, waiting, { ...(node ? { node } : {}), cause });
    await waitForNodes(state, nodes, late, signal).finally(() => forget?.());
  },
};

export const systemPodsStep: BootStep<StartState> = {
  title: 'Wait for kube-system',
  async run(state, signal) {
    const connection = required(state, 'connection');
    const ask = async () => {
      await readJson(connection, '/api/v1/namespaces/kube-system/services/kube-dns', signal);
      const { items } = await readJson<{ items: Conditions[] }>(
        connection,
        '/api/v1/namespaces/kube-system/pods',
        signal,
      );
      const waiting = items.filter((pod) => pod.status?.phase !== 'Succeeded' && !isReady(pod));
      if (!items.length || waiting.length) {
        throw new Error(`not Ready: ${waiting.map(({ metadata }) => metadata.name).join(', ') || 'no pods yet'}`);
      }
    };
    const late = (reason: string, cause: unknown) =>
      notReady(state, `kube-system was not ready within ${nodePatience} s: ${reason}`, {
        node: controlPlaneOf(state),
        cause,
      });
    await eventually(ask, nodePatience, late, signal);
  },
};
