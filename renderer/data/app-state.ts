/** What main tells about the machine: contexts, clusters, what they are doing, the engine, preferences. */

import type { Preferences } from '../../main/contract/app.ts';
import type {
  BootProgress,
  ClusterStatus,
  EngineStatus,
  KubeContext,
  StartOptions,
} from '../../main/contract/clusters.ts';
import type { DesktopCalls } from '../../main/contract.ts';
import { call, desktop, errorOf } from './desktop.ts';
import { notify, notifyError } from './notifications.ts';
import { currentRoute } from './route.ts';
import { createStore } from './store.ts';

export const contexts = createStore<readonly KubeContext[]>([]);
export const clusters = createStore<readonly ClusterStatus[]>([]);
export const progress = createStore<Readonly<Record<string, BootProgress>>>({});
export const engine = createStore<EngineStatus | undefined>(undefined);
export const preferences = createStore<Preferences | undefined>(undefined);
export const appInfo = createStore<DesktopCalls['app.info']['output'] | undefined>(undefined);
/** True once everything above has been asked for. */
export const ready = createStore(false);

/** Its API server is there to be asked. */
export const isUp = ({ state }: ClusterStatus): boolean => state === 'running' || state === 'degraded';

/** While nodes come and go, the cluster stays as usable as it is. */
export const isOfNodes = ({ operation }: BootProgress): boolean => operation.startsWith('node ');

desktop.on('context.changed', (list) => contexts.set(list));
desktop.on('cluster.changed', (list) => clusters.set(list));
desktop.on('preferences.changed', (value) => preferences.set(value));
desktop.on('cluster.progress', (report) => {
  progress.update((all) => ({ ...all, [report.profile]: report }));
  if (!report.finished) return;
  if (report.operation === 'start' && !report.failure && !report.cancelled) notify(`${report.profile} is running`);
  if (report.failure && (isOfNodes(report) || !isOnScreen(report.profile))) notifyError(report.failure);
});

/** Its failure is then told by the page itself. */
function isOnScreen(profile: string): boolean {
  const context = clusters.get().find((cluster) => cluster.profile === profile)?.context;
  return contexts.get().length === 0 || context === currentRoute().context;
}

async function load(): Promise<void> {
  const [info, settings, contextList, clusterList] = await Promise.all([
    call('app.info'),
    call('preferences.get'),
    call('context.list'),
    call('cluster.list'),
  ]);
  appInfo.set(info);
  preferences.set(settings);
  contexts.set(contextList);
  clusters.set(clusterList);
  ready.set(true);
  engine.set(await call('engine.status'));
}

export const reload = (): void => void load().catch((error: unknown) => notifyError(errorOf(error)));

reload();
desktop.onForgotten(reload);

const attempt = (work: Promise<unknown>): void => void work.catch((error: unknown) => notifyError(errorOf(error)));

const asked = new Map<string, StartOptions>();

/** A failed start is shown by its progress report; here only what never got that far. */
export async function startCluster(profile: string, options?: StartOptions): Promise<void> {
  dismissProgress(profile);
  if (options) asked.set(profile, options);
  try {
    await call('cluster.start', { profile, ...(options ? { options } : {}) });
  } catch (error) {
    const report = progress.get()[profile];
    if (!report?.failure && !report?.cancelled) notifyError(errorOf(error));
  }
}

/** As it was asked for before: a start that was undone has left nothing that would know. */
export const startAgain = (profile: string): Promise<void> => startCluster(profile, asked.get(profile));

export const stopCluster = (profile: string): void => attempt(call('cluster.stop', { profile }));
export const deleteCluster = (profile: string): void => attempt(call('cluster.delete', { profile }));
export const cancelCluster = (profile: string): void => attempt(call('cluster.cancel', { profile }));
/** Holds at once; what main then says is what counts. */
export function savePreferences(change: Partial<Preferences>): void {
  preferences.update((before) => before && { ...before, ...change });
  attempt(
    call('preferences.set', change).catch(async (error: unknown) => {
      preferences.set(await call('preferences.get'));
      throw error;
    }),
  );
}

export async function installEngine(): Promise<void> {
  engine.set(await call('engine.install'));
}

export const refreshClusters = (): void => attempt(call('cluster.list').then(clusters.set));
export const refreshEngine = (): void => attempt(call('engine.status').then(engine.set));

export function dismissProgress(profile: string): void {
  progress.update(({ [profile]: _, ...rest }) => rest);
}

/** The default profile is offered even before it was ever started. */
export function profileOf(context: string): ClusterStatus | undefined {
  return clusters.get().find((cluster) => cluster.context === context);
}
