/** Waits until the API server, the nodes and, where asked for, kube-system are ready. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/errors.ts';
import { connectTo, readJson } from '../../kube/client.ts';
import type { BootStep } from '../boot.ts';
import { filled, type StartState } from './state.ts';

/** Seconds. */
const apiPatience = 25;
const nodePatience = 40;
/** Milliseconds. */
const lookEvery = 1500;
/** A connection that was begun before the engine forwards the port may wait for seconds; a new one is answered at once. */
const answerPatience = 1000;
/** A control plane that ends this often while one waits does not come up by waiting. */
const hopelessEnds = 3;

/** Asks until it does not throw; the last answer becomes the cause when time is up. */
async function eventually(
  check: () => Promise<void>,
  seconds: number,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      signal.throwIfAborted();
      if (Date.now() > deadline) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new EngineError('NotReady', `${what} within ${seconds} s: ${reason}`, {
          hint: '`skiff doctor` looks for a cause; `skiff status` shows each node.',
          cause,
        });
      }
    }
    await sleep(25, undefined, { signal });
  }
}

/** Rejects when the process of simulated nodes has ended. */
async function endOfSimulation({ simulated }: StartState, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(lookEvery, undefined, { signal });
    if ((await simulated.state()) === 'running') continue;
    throw new EngineError('NotReady', 'the simulated nodes have ended instead of becoming ready', {
      hint: `Their log has the cause: ${simulated.log}`,
    });
  }
}

/** Rejects when the control plane's container, or its agent again and again, has ended. */
async function endOfHope(state: StartState, signal: AbortSignal): Promise<never> {
  if (filled(state, 'profile').runtime === 'simulated') return endOfSimulation(state, signal);
  const engine = filled(state, 'engine');
  const name = filled(state, 'profile').nodes.find(({ role }) => role === 'control-plane')?.name ?? '';
  for (let before: number | undefined; ; ) {
    await sleep(lookEvery, undefined, { signal });
    const container = await engine.inspect(name, signal);
    if (!container?.State.Running) throw notComing(name, `${name} has ended`);
    const startedAt = Math.floor(Date.parse(container.State.StartedAt) / 1000);
    const lines = await engine.lastLines(name, 500, startedAt);
    const ends = lines.filter((line) => line.startsWith('supervise: the agent exited')).length;
    before ??= ends;
    if (ends - before >= hopelessEnds) throw notComing(name, 'the control plane ends again and again');
  }
}

const notComing = (name: string, what: string) =>
  new EngineError('NotReady', `${what} instead of becoming ready`, {
    hint: `Its log has the cause: \`docker logs ${name}\`.`,
    command: `docker start ${name}`,
  });

export const apiStep: BootStep<StartState> = {
  title: 'Wait for the API server',
  async run(state, signal) {
    const { apiPort } = filled(state, 'profile');
    const { admin, authority } = filled(state, 'pki');
    const connection = connectTo({
      server: `https://127.0.0.1:${apiPort}`,
      certificateAuthority: authority.certificate,
      clientCertificate: admin.certificate,
      clientKey: admin.key,
      insecure: false,
    });
    state.connection = connection;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const ask = async () => {
      const attempt = AbortSignal.any([until, AbortSignal.timeout(answerPatience)]);
      const response = await connection.request({ method: 'GET', path: '/readyz', signal: attempt });
      for await (const _ of response.body);
      if (response.status !== 200) throw new Error(`/readyz answers ${response.status}`);
    };
    const ready = eventually(ask, apiPatience, 'the API server did not become ready', until);
    await Promise.race([ready, endOfHope(state, until)]).finally(() => over.abort());
  },
};

interface Conditions {
  metadata: { name: string };
  status?: { phase?: string; conditions?: { type: string; status: string; lastHeartbeatTime?: string }[] };
}

/** A heartbeat tells its time to the second. */
const spokeSince = ({ status }: Conditions, since: number): boolean => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return Date.parse(ready?.lastHeartbeatTime ?? '') >= Math.floor(since / 1000) * 1000;
};

const isReady = ({ status }: Conditions): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

export const nodesReadyStep: BootStep<StartState> = {
  title: 'Wait for the nodes',
  async run(state, signal) {
    const { nodes } = filled(state, 'profile');
    const ask = async () => {
      const list = await readJson<{ items: Conditions[] }>(filled(state, 'connection'), '/api/v1/nodes', signal);
      const startedAt = ({ metadata }: Conditions) => (state.fresh ? 0 : (state.started.get(metadata.name) ?? 0));
      const ready = new Set(
        list.items
          .filter((node) => isReady(node) && spokeSince(node, startedAt(node)))
          .map(({ metadata }) => metadata.name),
      );
      const waiting = nodes.filter(({ name }) => !ready.has(name));
      if (waiting.length) throw new Error(`not Ready: ${waiting.map(({ name }) => name).join(', ')}`);
    };
    await eventually(ask, nodePatience, 'the nodes did not become Ready', signal);
  },
};

export const systemPodsStep: BootStep<StartState> = {
  title: 'Wait for kube-system',
  async run(state, signal) {
    const connection = filled(state, 'connection');
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
    await eventually(ask, nodePatience, 'kube-system did not become Ready', signal);
  },
};
