import { describe, expect, test } from 'vitest';
import type { ClusterStatus } from '../../../../main/contract/clusters.ts';
import { statusLine, trayIcon, trayTemplate, trayTooltip } from '../../../../main/electron/tray-template.ts';

const node = (name: string, ready = true) => ({
  name,
  role: 'worker' as const,
  ip: '',
  state: 'running' as const,
  ready,
});
const cluster = (change: Partial<ClusterStatus> = {}): ClusterStatus => ({
  profile: 'skiff',
  state: 'running',
  context: 'skiff',
  runtime: 'docker',
  kubernetesVersion: 'v1.36.3',
  nodes: [node('a'), node('b')],
  unhealthyPods: 0,
  exposed: [],
  ...change,
});
const base = { clusters: [cluster()], contexts: [], progress: {}, defaultProfile: 'skiff', opensAtLogin: false };
const labels = (state: Partial<typeof base>) =>
  trayTemplate({ ...base, ...state }).map((item) => ('label' in item ? item.label : '—'));

describe('the status line', () => {
  test.each([
    [cluster(), 'skiff: running, 2 of 2 nodes ready'],
    [cluster({ nodes: [node('a', false)], unhealthyPods: 1 }), 'skiff: running, 0 of 1 node ready, 1 unhealthy pod'],
    [cluster({ state: 'stopped' }), 'skiff: stopped'],
  ])('%#', (status, text) => expect(statusLine(status)).toBe(text));

  test('names the step that runs', () => {
    const steps = [{ title: 'Start the nodes', state: 'running' as const, elapsed: 1 }];
    const progress = { profile: 'skiff', operation: 'start' as const, steps, finished: false };
    expect(statusLine(cluster({ state: 'starting' }), progress)).toBe('skiff: starting, start the nodes');
  });
});

describe('the icon', () => {
  test.each([
    [[], 'stopped'],
    [['stopped'], 'stopped'],
    [['running', 'stopped'], 'running'],
    [['running', 'degraded'], 'degraded'],
    [['running', 'error'], 'error'],
    [['error', 'starting'], 'starting'],
  ] as const)('of %j is %s', (states, icon) =>
    expect(trayIcon({ clusters: states.map((state) => cluster({ state })) })).toBe(icon),
  );
});

describe('the menu', () => {
  test('of a running cluster can open, stop and restart it', () => {
    expect(labels({})).toEqual([
      'skiff: running, 2 of 2 nodes ready',
      'Open dashboard of skiff',
      'Stop skiff',
      'Restart skiff',
      '—',
      'Open Skiff',
      'Open terminal',
      '—',
      'Preferences…',
      'Open at login',
      'Check for updates…',
      'Quit Skiff',
    ]);
  });

  test('of a starting cluster can only cancel', () =>
    expect(labels({ clusters: [cluster({ state: 'starting' })] }).slice(0, 3)).toEqual([
      'skiff: starting',
      'Cancel starting skiff',
      '—',
    ]));

  test('does not cancel what another process does', () => {
    const report = { profile: 'skiff', operation: 'start' as const, steps: [], finished: false, elsewhere: 7 };
    const state = { ...base, clusters: [cluster({ state: 'starting' })], progress: { skiff: report } };
    expect(trayTemplate(state).filter((item) => 'label' in item && item.label.includes('Cancel'))).toEqual([]);
  });

  test('offers to start where there is no cluster yet', () =>
    expect(labels({ clusters: [] }).slice(0, 2)).toEqual(['skiff: not started yet', 'Start skiff']));

  test('checks the current context', () => {
    const context = (name: string, current: boolean) => ({ name, current, cluster: name, namespace: 'default' });
    const contexts = [context('skiff', true), context('other', false)];
    expect(trayTemplate({ ...base, contexts })).toContainEqual({
      label: 'Contexts',
      submenu: [
        { label: 'skiff', type: 'checkbox', checked: true, command: { do: 'use', context: 'skiff' } },
        { label: 'other', type: 'checkbox', checked: false, command: { do: 'use', context: 'other' } },
      ],
    });
  });

  test('turns opening at login on and off', () => {
    const item = (opensAtLogin: boolean) =>
      trayTemplate({ ...base, opensAtLogin }).find((each) => 'label' in each && each.label === 'Open at login');
    expect(item(false)).toMatchObject({ checked: false, command: { do: 'login', isOn: true } });
    expect(item(true)).toMatchObject({ checked: true, command: { do: 'login', isOn: false } });
  });

  test('does not open in a browser what speaks UDP', () => {
    const exposed = [{ namespace: 'kube', service: 'dns', port: 30053, protocol: 'UDP' as const }];
    expect(trayTemplate({ ...base, clusters: [cluster({ exposed })] })).toContainEqual({
      label: 'Exposed URLs',
      submenu: [{ label: 'kube/dns · localhost:30053 (UDP)', enabled: false }],
    });
  });

  test('has a tip that says how every profile is', () => {
    expect(trayTooltip({ clusters: [], progress: {} })).toBe('Skiff');
    const clusters = [cluster({ nodes: [node('a')] }), cluster({ profile: 'dev', state: 'stopped' })];
    expect(trayTooltip({ clusters, progress: {} })).toBe('skiff: running, 1 of 1 node ready\ndev: stopped');
  });

  test('lists what answers on localhost', () => {
    const exposed = [{ namespace: 'shop', service: 'web', port: 30080, protocol: 'TCP' as const }];
    expect(trayTemplate({ ...base, clusters: [cluster({ exposed })] })).toContainEqual({
      label: 'Exposed URLs',
      submenu: [{ label: 'shop/web · localhost:30080', command: { do: 'browse', url: 'http://localhost:30080' } }],
    });
  });
});
