/** Makes what the calls need from this machine's engine, clusters, kubeconfig and preferences. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createPreferences } from './calls/preferences.ts';
import type { Services } from './calls/services.ts';
import { wake } from './calls/wake.ts';
import { ElsewhereWatch } from './cluster/elsewhere.ts';
import { createMachine, type Machine } from './cluster/machine.ts';
import type { BootProgress, ClusterStatus } from './contract/clusters.ts';

export interface ServicesOptions {
  shell: 'electron' | 'web';
  openExternal(url: string): Promise<void>;
  /** Lines for a terminal. */
  say(line: string): void;
}

/** The folder of `package.json`, seen from `main/` as well as from `dist/main/`. */
export const appRoot = resolve(import.meta.dirname, basename(dirname(import.meta.dirname)) === 'dist' ? '../..' : '..');

const appVersion = (): string => JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')).version;

/** How often an open window reads the state of the clusters, which the CLI may have changed. Milliseconds. */
const lookEvery = 5_000;
/**
 * How often to check whether another process starts or stops a cluster; a boot takes about two seconds. Milliseconds.
 */
const lookElsewhereEvery = 500;

export function createServices({ shell, openExternal, say }: ServicesOptions): {
  services: Services;
  machine: Machine;
} {
  const machine = createMachine({ root: appRoot, say });
  const services: Services = {
    engine: machine.engine,
    clusters: watchedClusters(machine, say),
    kube: machine.kube,
    preferences: createPreferences(machine.home.preferences),
    app: {
      version: appVersion(),
      shell,
      firstRun: machine.firstRun,
      openExternal,
      definitionsFile: join(appRoot, 'dist/schema/definitions.json'),
    },
  };
  return { services, machine };
}

/** The machine's clusters. While someone listens, they also report what other processes do to them. */
function watchedClusters({ clusters }: Machine, say: (line: string) => void): Services['clusters'] {
  const listeners = new Set<(list: ClusterStatus[]) => void>();
  let last = '';
  const progressListeners = new Set<(report: BootProgress) => void>();
  let timers: ReturnType<typeof setInterval>[] = [];
  let stop: () => void = () => undefined;
  const underWay = new Map<string, BootProgress>();
  const tellProgress = (report: BootProgress) => {
    if (report.finished) underWay.delete(report.profile);
    else underWay.set(report.profile, report);
    if (report.finished && report.operation === 'start') wake();
    for (const listener of [...progressListeners]) listener(report);
  };
  clusters.onProgress(tellProgress);

  const tell = (list: ClusterStatus[]) => {
    const text = JSON.stringify(list);
    if (text === last) return;
    last = text;
    for (const listener of [...listeners]) listener(list);
  };
  const look = () =>
    clusters.list(AbortSignal.timeout(lookEvery)).then(tell, (error: Error) => {
      const text = `could not read the state of the clusters: ${error.message}`;
      if (text !== last) say(text);
      last = text;
    });

  const others = new ElsewhereWatch({
    look: () => clusters.elsewhere(),
    status: (profile) => clusters.status(profile, AbortSignal.timeout(lookEvery)),
    onProgress: tellProgress,
    onChanged: () => void look(),
  });
  const lookElsewhere = () =>
    others
      .look()
      .catch((error: Error) => say(`could not see what other processes do to the clusters: ${error.message}`));

  return {
    list: async (signal) => {
      const list = await clusters.list(signal);
      tell(list);
      return list;
    },
    start: (profile, options, signal) => clusters.start(profile, options, signal),
    stop: (profile, signal) => clusters.stop(profile, signal),
    delete: (profile, signal) => clusters.delete(profile, signal),
    nodes: clusters.nodes,
    cancel: (profile) => clusters.cancel(profile),
    usage: (profile, signal) => clusters.inside.usage(profile, signal),
    nodeShell: (...shell) => clusters.inside.nodeShell(...shell),
    /** Reports the operations under way at once, for a window that opens while a cluster starts. */
    onProgress(listener) {
      for (const report of underWay.values()) queueMicrotask(() => listener(report));
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    onChanged(listener) {
      if (listeners.size === 0) {
        stop = clusters.onChanged(tell);
        timers = [setInterval(look, lookEvery), setInterval(lookElsewhere, lookElsewhereEvery)];
        for (const timer of timers) timer.unref();
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop();
        for (const timer of timers) clearInterval(timer);
      };
    },
  };
}
