/** Tray icon, notifications and the question before quitting, on the fake Electron. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BootProgress, ClusterStatus } from '../../../../main/contract/clusters.ts';
import { desk } from '../../../app/fake-electron/desk.ts';
import { Notification } from '../../../app/fake-electron/electron.ts';
import { fakeServices } from '../fake-services.ts';

vi.mock('electron', () => import('../../../app/fake-electron/electron.ts'));
const { createTray } = await import('../../../../main/electron/tray.ts');
const { notifyOfProgress } = await import('../../../../main/electron/notifications.ts');
const { confirmQuit } = await import('../../../../main/electron/quit.ts');

const cluster = (state: ClusterStatus['state']): ClusterStatus => ({
  profile: 'skiff',
  state,
  context: 'skiff',
  runtime: 'docker',
  kubernetesVersion: 'v1.36.3',
  nodes: [],
  unhealthyPods: 0,
  exposed: [],
});

/** Services whose clusters say what the test lets them say. */
function talkingServices(list: ClusterStatus[] = []) {
  const services = fakeServices();
  const changed = new Set<(list: ClusterStatus[]) => void>();
  const progressed = new Set<(progress: BootProgress) => void>();
  const stopped: string[] = [];
  services.clusters = {
    ...services.clusters,
    list: async () => list,
    stop: async (profile) => {
      stopped.push(profile);
      return cluster('stopped');
    },
    onChanged: (listener) => {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    onProgress: (listener) => {
      progressed.add(listener);
      return () => progressed.delete(listener);
    },
  };
  const tell = (state: ClusterStatus['state']) => changed.forEach((listener) => void listener([cluster(state)]));
  const report = (progress: Partial<BootProgress>) =>
    progressed.forEach(
      (listener) => void listener({ profile: 'skiff', operation: 'start', steps: [], finished: true, ...progress }),
    );
  return { services, stopped, tell, report };
}

describe('the tray', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const shown = () => {
    const image = desk.trays[0]?.image as { path: string } | undefined;
    return image?.path.replace(/(Template)?\.png$/, '');
  };

  test('has an icon per state, moves while a cluster starts, and rests when it runs', async () => {
    const { services, tell } = talkingServices();
    const tray = await createTray({ services, icons: '', onCommand: async () => undefined });
    expect(shown()).toBe('stopped');
    tell('starting');
    const frames = [shown()];
    for (let frame = 0; frame < 4; frame++) {
      vi.advanceTimersByTime(250);
      frames.push(shown());
    }
    expect(frames).toEqual(['starting-0', 'starting-1', 'starting-2', 'starting-3', 'starting-0']);
    tell('running');
    vi.advanceTimersByTime(1_000);
    expect(shown()).toBe('running');
    tray.dispose();
    expect(desk.trays).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('keeps moving evenly while steps are reported', async () => {
    const { services, tell, report } = talkingServices();
    const tray = await createTray({ services, icons: '', onCommand: async () => undefined });
    tell('starting');
    vi.advanceTimersByTime(200);
    report({ finished: false });
    vi.advanceTimersByTime(50);
    expect(shown()).toBe('starting-1');
    tray.dispose();
  });
});

describe('notifications', () => {
  beforeEach(() => void desk.notifications.splice(0));

  test('tell of a cluster that is up, and of one that failed with the next step', () => {
    const { services, report } = talkingServices();
    notifyOfProgress(
      services,
      () => false,
      () => undefined,
    );
    report({});
    report({ failure: { code: 'Taken', message: 'The name is taken', hint: 'Choose another', step: 'x', log: [] } });
    expect(desk.notifications).toEqual([
      { title: 'skiff is running', body: 'kubectl and the window can use it now.' },
      { title: 'skiff did not start', body: 'The name is taken\nChoose another' },
    ]);
  });

  test('are silent while the window is in front, while it lasts, when cancelled and after a stop', () => {
    const { services, report } = talkingServices();
    let isInFront = true;
    notifyOfProgress(
      services,
      () => isInFront,
      () => undefined,
    );
    report({});
    isInFront = false;
    report({ finished: false });
    report({ cancelled: true });
    report({ operation: 'stop' });
    expect(desk.notifications).toEqual([]);
  });

  test('open the window when pressed', () => {
    const show = vi.spyOn(Notification.prototype, 'show').mockImplementation(function press(this: Notification) {
      this.emit('click');
    });
    const { services, report } = talkingServices();
    const open = vi.fn();
    notifyOfProgress(services, () => false, open);
    report({});
    expect(open).toHaveBeenCalledOnce();
    show.mockRestore();
  });
});

describe('quitting', () => {
  test.each([
    ['Leave running', true, []],
    ['Stop and quit', true, ['skiff']],
    ['Cancel', false, []],
  ])('"%s" with a running cluster', async (answer, quits, stops) => {
    desk.answer = answer;
    const { services, stopped } = talkingServices([cluster('running')]);
    expect(await confirmQuit(services, () => undefined)).toBe(quits);
    expect(stopped).toEqual(stops);
    expect(desk.questions.at(-1)?.message).toBe('skiff is running');
  });
});

describe('quitting where no engine answers', () => {
  test('is possible, and says why nothing was asked', async () => {
    const { services } = talkingServices();
    services.clusters.list = () => Promise.reject(new Error('no engine'));
    const said: string[] = [];
    const questions = desk.questions.length;
    expect(await confirmQuit(services, (text) => said.push(text))).toBe(true);
    expect(said).toEqual(['could not find out which clusters run: no engine']);
    expect(desk.questions).toHaveLength(questions);
  });
});

describe('a tray whose engine is slow', () => {
  test('is there at once', async () => {
    const { services } = talkingServices();
    services.clusters.list = () => new Promise(() => undefined);
    const tray = await createTray({ services, icons: '', onCommand: async () => undefined });
    expect(desk.trays).toHaveLength(1);
    tray.dispose();
  });
});
