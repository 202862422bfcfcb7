/**
 * Pods as state only: what is started runs at once, and nothing is executed. For the window without an engine, for
 * tests, and for clusters of thousands of nodes. After kwok: https://kwok.sigs.k8s.io/
 */
import { PassThrough } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import type {
  ContainerConfig,
  ContainerProcess,
  LogOptions,
  Runtime,
  RuntimeContainer,
  RuntimeEvent,
  RuntimeSandbox,
} from '../runtime.ts';

const explanation = 'This container is simulated: nothing runs in it.';

/** Says what it is on stdout and exits, so that `kubectl exec` explains itself. */
function explainingProcess(text: string, exitCode: number): ContainerProcess {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdout.end(`${text}\n`);
  stderr.end();
  const stdin = new PassThrough();
  stdin.resume();
  return {
    stdin,
    stdout,
    stderr,
    resize: async () => {},
    exit: Promise.resolve({ exitCode }),
    close: () => stdin.destroy(),
  };
}

/** Events to every listener that is there when they happen. */
function createEvents() {
  const listeners = new Set<(event: RuntimeEvent) => void>();
  async function* subscribe(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    const queue: RuntimeEvent[] = [];
    let wake = () => {};
    const listener = (event: RuntimeEvent) => {
      queue.push(event);
      wake();
    };
    listeners.add(listener);
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      listeners.delete(listener);
    }
  }
  return { subscribe, emit: (event: RuntimeEvent) => listeners.forEach((listener) => void listener(event)) };
}

const missing = (what: string, id: string) => new Error(`No such ${what}: ${id}`);

async function* oneLine(container: RuntimeContainer, options: LogOptions, signal: AbortSignal) {
  if (options.tailLines === 0 || (options.since ?? 0) > container.startedAt) return;
  const stamp = options.timestamps ? `${new Date(container.startedAt).toISOString().replace('Z', '000000Z')} ` : '';
  yield Buffer.from(`${stamp}${explanation}\n`).subarray(0, options.limitBytes);
  if (!options.follow || container.state !== 'running') return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

export function createSimulatedRuntime({ clock }: { clock: Clock }): Runtime {
  const sandboxes = new Map<string, RuntimeSandbox>();
  const containers = new Map<string, RuntimeContainer>();
  const events = createEvents();
  let serial = 0;
  const nextId = () => {
    serial += 1;
    return serial.toString(16).padStart(64, '0');
  };
  const sandboxOf = (id: string): RuntimeSandbox => {
    const sandbox = sandboxes.get(id);
    if (!sandbox) throw missing('sandbox', id);
    return sandbox;
  };
  const containerOf = (id: string): RuntimeContainer => {
    const container = containers.get(id);
    if (!container) throw missing('container', id);
    return container;
  };
  const change = (container: RuntimeContainer, state: Partial<RuntimeContainer>, type: RuntimeEvent['type']) => {
    containers.set(container.id, { ...container, ...state });
    events.emit({ type, id: container.id, pod: container.pod });
  };
  const end = (container: RuntimeContainer, exitCode: number) =>
    change(container, { state: 'exited', exitCode, finishedAt: clock.now() }, 'died');
  const newContainer = (config: ContainerConfig): RuntimeContainer => ({
    id: nextId(),
    pod: config.pod,
    name: config.name,
    attempt: config.attempt,
    image: config.image,
    imageID: 'sha256:simulated',
    state: 'created',
    createdAt: clock.now(),
    startedAt: 0,
    finishedAt: 0,
    exitCode: 0,
    oomKilled: false,
    error: '',
    labels: config.labels,
  });

  return {
    version: async () => 'simulated://1.0.0',
    async createSandbox(config) {
      const { name, namespace, uid } = config;
      const sandbox: RuntimeSandbox = {
        id: nextId(),
        pod: { name, namespace, uid },
        attempt: config.attempt,
        state: 'notready',
        hostNetwork: config.hostNetwork,
        createdAt: clock.now(),
        pid: 0,
        labels: config.labels,
      };
      sandboxes.set(sandbox.id, sandbox);
      return sandbox;
    },
    async startSandbox(id) {
      const sandbox: RuntimeSandbox = { ...sandboxOf(id), state: 'ready' };
      sandboxes.set(id, sandbox);
      events.emit({ type: 'started', id, pod: sandbox.pod });
      return sandbox;
    },
    async stopSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox?.state !== 'ready') return;
      sandboxes.set(id, { ...sandbox, state: 'notready' });
      events.emit({ type: 'died', id, pod: sandbox.pod });
    },
    async removeSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox && sandboxes.delete(id)) events.emit({ type: 'removed', id, pod: sandbox.pod });
    },
    listSandboxes: async () => [...sandboxes.values()],
    async createContainer(_sandbox, config) {
      const container = newContainer(config);
      containers.set(container.id, container);
      return container.id;
    },
    async startContainer(id) {
      const container = containerOf(id);
      change(container, { state: 'running', startedAt: clock.now() }, 'started');
      // An init container that never ended would keep its pod from starting.
      if (container.labels['dev.skiff.init'] === 'true') end(containerOf(id), 0);
    },
    async stopContainer(id) {
      const container = containers.get(id);
      if (container?.state === 'running') end(container, 137);
    },
    async removeContainer(id) {
      const container = containers.get(id);
      if (container && containers.delete(id)) events.emit({ type: 'removed', id, pod: container.pod });
    },
    listContainers: async () => [...containers.values()],
    async inspect(id) {
      const sandbox = sandboxes.get(id);
      const container = containers.get(id);
      if (sandbox) return { type: 'sandbox', sandbox };
      return container ? { type: 'container', container } : undefined;
    },
    events: (signal) => events.subscribe(signal),
    inspectImage: async (image) => ({
      id: 'sha256:simulated',
      tags: [image],
      size: 0,
      user: '',
      entrypoint: [],
      cmd: [],
    }),
    pullImage: async () => {},
    listImages: async () => [],
    logs: (id, options, signal) => oneLine(containerOf(id), options, signal),
    exec: async (id) => {
      containerOf(id);
      return explainingProcess(explanation, 1);
    },
    attach: async (id) => {
      containerOf(id);
      return explainingProcess(explanation, 0);
    },
    stats: async () => [],
  };
}
