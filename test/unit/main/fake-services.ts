/** Services of a machine with no engine and no cluster. */
import type { Services } from '../../../main/calls/services.ts';
import type { Preferences } from '../../../main/contract/app.ts';
import type { KubeContext } from '../../../main/contract/clusters.ts';

const nothing = () => () => undefined;
const refuse = () => Promise.reject(new Error('there is no engine'));

/** `tell` says that the kubeconfig now has just this context. */
export function fakeServices(): Services & { tell(name: string): void } {
  const listeners = new Set<(contexts: KubeContext[]) => void>();
  const preferences: Preferences = { theme: 'system', startOnOpen: false, defaultProfile: 'skiff' };
  return {
    tell: (name) => {
      for (const listener of listeners) listener([{ name, cluster: name, namespace: 'default', current: true }]);
    },
    engine: { status: async () => ({ found: false, looked: [] }), install: refuse },
    clusters: {
      list: async () => [],
      start: refuse,
      stop: refuse,
      delete: refuse,
      nodes: { add: refuse, remove: refuse, stop: refuse, start: refuse, restart: refuse },
      cancel: async () => undefined,
      usage: async () => ({ cpu: 0, memory: 0 }),
      nodeShell: refuse,
      onProgress: nothing,
      onChanged: nothing,
    },
    kube: {
      contexts: async () => [],
      use: async () => undefined,
      onChanged: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      connection: refuse,
      path: () => '',
    },
    preferences: { get: async () => preferences, set: async () => preferences, onChanged: nothing },
    app: {
      version: '0.0.0',
      shell: 'web',
      firstRun: async () => true,
      openExternal: async () => undefined,
      definitionsFile: '',
    },
  };
}
