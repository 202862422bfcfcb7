/** Puts together what the calls need, from this machine's engine, clusters, kubeconfig and preferences. */
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

/** From `main/` as well as from `dist/main/`: the folder of `package.json`. */
export const appRoot = resolve(import.meta.dirname, basename(dirname(import.meta.dirname)) === 'dist' ? '../..' : '..');

const appVersion = (): string => JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')).version;

/** How often clusters are looked at while a window is open; the CLI may have changed them. Milliseconds. */
const lookEvery = 5_000;
/** How often is looked whether another process starts or stops one: a boot takes about two seconds. */
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

/** The machine's clusters, which also tell of what another process does and did, as long as someone listens. */
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
      const text = `the clusters could not be looked at: ${error.message}`;
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
    others.look().catch((error: Error) => say(`what other processes do could not be seen: ${error.message}`));

  return {
    list: async (signal) => {
      const list = await clusters.list(signal);
      tell(list);
      return list;
    },
    start: (profile, options, signal) => clusters.start(profile, options, signal),
    stop: (profile, signal) => clusters.stop(profile, signal),
    delete: (profile, signal) => clusters.delete(profile, signal),
    cancel: (profile) => clusters.cancel(profile),
    usage: (profile, signal) => clusters.inside.usage(profile, signal),
    nodeShell: (...shell) => clusters.inside.nodeShell(...shell),
    /** A window that opens while a cluster starts is told at once how far it is. */
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
