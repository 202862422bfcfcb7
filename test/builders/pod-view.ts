/** What a pod worker sees. Everything is calm unless the test says otherwise. */
import type { core, Pod } from '../../agent/api/types.ts';
import { type PodView, sandboxLabel } from '../../agent/kubelet/pods/model.ts';
import type { RuntimeContainer, RuntimeSandbox } from '../../agent/kubelet/runtime/runtime.ts';

export const aKubeletPod = (
  spec: Partial<core.PodSpec> = {},
  more: { deleted?: boolean; status?: core.PodStatus } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    namespace: 'ns',
    uid: 'uid',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:01:00Z' as never, deletionGracePeriodSeconds: 30 } : {}),
  },
  spec: { containers: [{ name: 'c', image: 'web:1.0' }], restartPolicy: 'Always', ...spec },
  ...(more.status ? { status: more.status } : {}),
});

const pod = { name: 'p', namespace: 'ns', uid: 'uid' };

export const aSandbox = (more: Partial<RuntimeSandbox> = {}): RuntimeSandbox => ({
  id: 's0',
  pod,
  attempt: 0,
  state: 'ready',
  hostNetwork: false,
  createdAt: 1000,
  pid: 7,
  labels: {},
  ...more,
});

export const aRun = (name: string, more: Partial<RuntimeContainer> = {}, sandbox = 's0'): RuntimeContainer => ({
  id: `${name}-${more.attempt ?? 0}`,
  pod,
  name,
  attempt: 0,
  image: 'web:1.0',
  imageID: 'sha256:1',
  state: 'running',
  createdAt: 1000,
  startedAt: 2000,
  finishedAt: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  labels: { [sandboxLabel]: sandbox },
  ...more,
});

export const anExit = (name: string, exitCode: number, more: Partial<RuntimeContainer> = {}): RuntimeContainer =>
  aRun(name, { state: 'exited', exitCode, finishedAt: 3000, ...more });

export function aView(more: Partial<PodView> = {}): PodView {
  const running = (more.containers ?? []).filter(({ state }) => state === 'running').map(({ id }) => id);
  return {
    pod: aKubeletPod(),
    sandboxes: [aSandbox()],
    containers: [],
    busy: new Set(),
    backoffs: new Map(),
    failures: new Map(),
    unhealthy: new Map(),
    restarting: new Map(),
    hooked: new Set(),
    started: new Set(running),
    ready: new Set(running),
    ...more,
  };
}
