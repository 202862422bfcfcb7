/** Puts together what the calls need, from this machine's engine, clusters, kubeconfig and preferences. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createPreferences } from './calls/preferences.ts';
import type { Services } from './calls/services.ts';
import { wake } from './calls/wake.ts';
import { createMachine, type Machine } from './cluster/machine.ts';
import type { BootProgress, ClusterStatus } from './contract.ts';

export interface ServicesOptions {
  shell: 'electron' | 'web';
  openExternal(url: string): Promise<void>;
  /** Lines for a terminal. */
  say(line: string): void;
}

/** From `main/` as well as from `dist/main/`: the folder of `package.json`. */
export const appRoot = resolve(import.meta.dirname, basename(dirname(import.meta.dirname)) === 'dist' ? '../..' : '..');

export const appVersion = (): string => JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')).version;

/** How often clusters are looked at while a window is open; the CLI may have changed them. Milliseconds. */
const lookEvery = 5_000;

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

/** The machine's clusters, which also tell of changes that another process made, as long as someone listens. */
function watchedClusters({ clusters }: Machine, say: (line: string) => void): Services['clusters'] {
  const listeners = new Set<(list: ClusterStatus[]) => void>();
  let last = '';
  let timer: ReturnType<typeof setInterval> | undefined;
  let stop: () => void = () => undefined;
  const underWay = new Map<string, BootProgress>();
  clusters.onProgress((report) => {
    if (!report.finished) return void underWay.set(report.profile, report);
    underWay.delete(report.profile);
    if (report.operation === 'start') wake();
  });

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
    usage: (profile, signal) => clusters.usage(profile, signal),
    nodeShell: (...shell) => clusters.nodeShell(...shell),
    /** A window that opens while a cluster starts is told at once how far it is. */
    onProgress(listener) {
      for (const report of underWay.values()) queueMicrotask(() => listener(report));
      return clusters.onProgress(listener);
    },
    onChanged(listener) {
      if (listeners.size === 0) {
        stop = clusters.onChanged(tell);
        timer = setInterval(look, lookEvery);
        timer.unref();
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop();
        clearInterval(timer);
      };
    },
  };
}
