/** The tray's menu as a pure function of the state; `main/electron/tray.ts` turns it into Electron's. */
import type { BootProgress, ClusterStatus, ExposedPort, KubeContext } from '../contract/clusters.ts';

export interface TrayState {
  clusters: readonly ClusterStatus[];
  contexts: readonly KubeContext[];
  /** Progress of the running operations, by profile. */
  progress: Readonly<Record<string, BootProgress>>;
  defaultProfile: string;
  opensAtLogin: boolean;
}

export type TrayCommand =
  | { do: 'open' }
  | { do: 'dashboard'; context: string }
  | { do: 'start' | 'stop' | 'cancel' | 'restart'; profile: string }
  | { do: 'use'; context: string }
  | { do: 'browse'; url: string }
  | { do: 'terminal' }
  | { do: 'preferences' }
  | { do: 'login'; isOn: boolean }
  | { do: 'updates' }
  | { do: 'quit' };

export type TrayItem =
  | { type: 'separator' }
  | {
      label: string;
      enabled?: boolean;
      type?: 'checkbox';
      checked?: boolean;
      command?: TrayCommand;
      submenu?: TrayItem[];
    };

export type TrayIcon = 'stopped' | 'starting' | 'running' | 'degraded' | 'error';

const line: TrayItem = { type: 'separator' };

/** Shows an operation that is under way; otherwise the worst state of all profiles. */
export function trayIcon({ clusters }: Pick<TrayState, 'clusters'>): TrayIcon {
  const has = (...states: ClusterStatus['state'][]) => clusters.some(({ state }) => states.includes(state));
  if (has('starting', 'stopping')) return 'starting';
  if (has('error')) return 'error';
  if (has('degraded')) return 'degraded';
  return has('running') ? 'running' : 'stopped';
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `skiff: running, 3 of 3 nodes ready, 2 unhealthy pods` */
export function statusLine({ profile, state, nodes, unhealthyPods }: ClusterStatus, progress?: BootProgress): string {
  if (state === 'starting' || state === 'stopping') {
    const step = progress?.steps.find((candidate) => candidate.state === 'running');
    return `${profile}: ${state}${step ? `, ${step.title.toLowerCase()}` : ''}`;
  }
  if (state !== 'running' && state !== 'degraded') return `${profile}: ${state}`;
  const ready = `${nodes.filter((node) => node.ready).length} of ${plural(nodes.length, 'node')} ready`;
  const unhealthy = unhealthyPods > 0 ? `, ${plural(unhealthyPods, 'unhealthy pod')}` : '';
  return `${profile}: ${state}, ${ready}${unhealthy}`;
}

function profileItems(cluster: ClusterStatus, progress?: BootProgress): TrayItem[] {
  const { profile, state, context } = cluster;
  const status: TrayItem = { label: statusLine(cluster, progress), enabled: false };
  const item = (label: string, command: TrayCommand): TrayItem => ({ label: `${label} ${profile}`, command });
  // Only the process that runs a start can cancel it.
  if (state === 'starting' && progress?.elsewhere) return [status];
  if (state === 'starting') return [status, item('Cancel starting', { do: 'cancel', profile })];
  if (state === 'stopping') return [status];
  if (state === 'running' || state === 'degraded')
    return [
      status,
      { label: `Open dashboard of ${profile}`, command: { do: 'dashboard', context } },
      item('Stop', { do: 'stop', profile }),
      item('Restart', { do: 'restart', profile }),
    ];
  return [status, item('Start', { do: 'start', profile })];
}

const urlOf = ({ url, port }: ExposedPort): string => url ?? `http://localhost:${port}`;

function exposedItems(clusters: readonly ClusterStatus[]): TrayItem[] {
  const exposed = clusters.flatMap((cluster) => cluster.exposed);
  if (exposed.length === 0) return [];
  const submenu = exposed.map((port): TrayItem => {
    const label = `${port.namespace}/${port.service} · localhost:${port.port}`;
    if (port.protocol === 'UDP') return { label: `${label} (UDP)`, enabled: false };
    return { label, command: { do: 'browse', url: urlOf(port) } };
  });
  return [{ label: 'Exposed URLs', submenu }];
}

const contextItems = (contexts: readonly KubeContext[]): TrayItem[] =>
  contexts.map(({ name, current }) => ({
    label: name,
    type: 'checkbox',
    checked: current,
    command: { do: 'use', context: name },
  }));

/** The tooltip of the icon. */
export const trayTooltip = ({ clusters, progress }: Pick<TrayState, 'clusters' | 'progress'>): string =>
  clusters.length === 0
    ? 'Skiff'
    : clusters.map((cluster) => statusLine(cluster, progress[cluster.profile])).join('\n');

export function trayTemplate({ clusters, contexts, progress, defaultProfile, opensAtLogin }: TrayState): TrayItem[] {
  const startFirst: TrayItem[] = [
    { label: `${defaultProfile}: not started yet`, enabled: false },
    { label: `Start ${defaultProfile}`, command: { do: 'start', profile: defaultProfile } },
  ];
  return [
    ...(clusters.length > 0
      ? clusters.flatMap((cluster, at) => [...(at ? [line] : []), ...profileItems(cluster, progress[cluster.profile])])
      : startFirst),
    line,
    { label: 'Open Skiff', command: { do: 'open' } },
    ...(contexts.length > 0 ? [{ label: 'Contexts', submenu: contextItems(contexts) }] : []),
    ...exposedItems(clusters),
    { label: 'Open terminal', command: { do: 'terminal' } },
    line,
    { label: 'Preferences…', command: { do: 'preferences' } },
    { label: 'Open at login', type: 'checkbox', checked: opensAtLogin, command: { do: 'login', isOn: !opensAtLogin } },
    { label: 'Check for updates…', command: { do: 'updates' } },
    { label: 'Quit Skiff', command: { do: 'quit' } },
  ];
}
