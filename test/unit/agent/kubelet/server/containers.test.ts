import { expect, test } from 'vitest';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import type { StreamBackend } from '../../../../../agent/kubelet/server/backend.ts';
import { containerForLog, runningContainer } from '../../../../../agent/kubelet/server/containers.ts';
import { noReadings } from '../../../../builders/readings.ts';

const startedAt = '2026-01-01T00:00:00Z';
const ended = (containerID?: string): core.ContainerState => ({
  terminated: { exitCode: 1, ...(containerID ? { containerID } : {}) },
});

function backendWith(status: Partial<core.ContainerStatus> | undefined): StreamBackend {
  const pod = {
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'main' }] },
    status: { containerStatuses: status ? [{ name: 'main', ...status }] : [] },
  } as Pod;
  const none = (): never => {
    throw new Error('not under test');
  };
  return {
    pods: () => [pod],
    pod: (namespace, name) => (namespace === 'default' && name === 'web' ? pod : undefined),
    summary: none,
    readings: noReadings,
    logs: none,
    exec: none,
    attach: none,
    dial: none,
    folders: { make: none, remove: none, empty: none },
  };
}

const outcome = (run: () => { id: string; scheme: string }): string => {
  try {
    const { scheme, id } = run();
    return `${scheme}/${id}`;
  } catch (error) {
    return (error as Error).message;
  }
};

type Case = [string, Partial<core.ContainerStatus> | undefined, boolean, string];
const cases: Case[] = [
  ['running', { containerID: 'docker://b', state: { running: { startedAt } } }, false, 'docker/b'],
  ['the run before', { state: { running: { startedAt } }, lastState: ended('docker://a') }, true, 'docker/a'],
  [
    'no run before',
    { state: { running: { startedAt } } },
    true,
    'previous terminated container "main" in pod "web" not found',
  ],
  ['ended', { state: ended('docker://a') }, false, 'docker/a'],
  ['ended before it began', { state: ended(), lastState: ended('docker://z') }, false, 'docker/z'],
  ['ended without an id', { state: ended() }, false, 'container "main" in pod "web" is terminated'],
  [
    'crash loop',
    { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: ended('docker://a') },
    false,
    'docker/a',
  ],
  [
    'creating',
    { state: { waiting: { reason: 'ContainerCreating' } } },
    false,
    'container "main" in pod "web" is waiting to start: ContainerCreating',
  ],
  [
    'pull failed',
    { state: { waiting: { reason: 'ErrImagePull' } } },
    false,
    'container "main" in pod "web" is waiting to start: image can\'t be pulled',
  ],
  [
    'pull backs off',
    { state: { waiting: { reason: 'ImagePullBackOff' } } },
    false,
    'container "main" in pod "web" is waiting to start: trying and failing to pull image',
  ],
  ['no state', {}, false, 'container "main" in pod "web" is waiting to start - no logs yet'],
  ['no status', undefined, false, 'container "main" in pod "web" is not available'],
];

test.each(cases)('the log of a container: %s', (_name, status, previous, expected) => {
  const backend = backendWith(status);
  expect(outcome(() => containerForLog(backend, 'default', 'web', 'main', previous))).toBe(expected);
});

test.each([
  ['default', 'other', 'main', 'pod "other" not found'],
  ['elsewhere', 'web', 'main', 'pod "web" not found'],
  ['default', 'web', 'none', 'container "none" not found in pod "web"'],
])('there is no log of %s/%s/%s', (namespace, pod, name, expected) => {
  const backend = backendWith({ state: ended('docker://a') });
  expect(outcome(() => containerForLog(backend, namespace, pod, name, false))).toBe(expected);
});

test('only a running container can be entered', () => {
  const enter = (status: Partial<core.ContainerStatus>): string =>
    outcome(() => runningContainer(backendWith(status), 'default', 'web', 'main'));
  expect(enter({ containerID: 'docker://b', state: { running: { startedAt } } })).toBe('docker/b');
  expect(enter({ state: ended('docker://a') })).toBe('container not found ("main")');
});
