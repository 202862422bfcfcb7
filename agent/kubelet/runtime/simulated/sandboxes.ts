/** Sandboxes that exist only as state. */
import type { Clock } from '../../../clock.ts';
import type { RuntimeSandbox, SandboxConfig } from '../runtime.ts';
import type { RuntimeEvents } from './events.ts';

export interface SimulatedSandboxes {
  create(id: string, config: SandboxConfig): RuntimeSandbox;
  /** Throws if the sandbox does not exist. */
  start(id: string): RuntimeSandbox;
  stop(id: string): void;
  /** Returns the removed sandbox. */
  remove(id: string): RuntimeSandbox | undefined;
  find(id: string): RuntimeSandbox | undefined;
  list(): RuntimeSandbox[];
}

export function createSimulatedSandboxes(clock: Clock, events: RuntimeEvents): SimulatedSandboxes {
  const sandboxes = new Map<string, RuntimeSandbox>();
  return {
    create(id, { name, namespace, uid, attempt, hostNetwork, labels }) {
      const pod = { name, namespace, uid };
      const createdAt = clock.now();
      const sandbox: RuntimeSandbox = { id, pod, attempt, state: 'notready', hostNetwork, createdAt, pid: 0, labels };
      sandboxes.set(id, sandbox);
      return sandbox;
    },
    start(id) {
      const known = sandboxes.get(id);
      if (!known) throw new Error(`No such sandbox: ${id}`);
      const sandbox: RuntimeSandbox = { ...known, state: 'ready' };
      sandboxes.set(id, sandbox);
      events.emit({ type: 'started', id, pod: sandbox.pod });
      return sandbox;
    },
    stop(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox?.state !== 'ready') return;
      sandboxes.set(id, { ...sandbox, state: 'notready' });
      events.emit({ type: 'died', id, pod: sandbox.pod });
    },
    remove(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox && sandboxes.delete(id)) events.emit({ type: 'removed', id, pod: sandbox.pod });
      return sandbox;
    },
    find: (id) => sandboxes.get(id),
    list: () => [...sandboxes.values()],
  };
}
