import { describe, expect, test } from 'vitest';
import { containerHash, hashLabel, sandboxLabel } from '../../../../../agent/kubelet/pods/model.ts';
import { plan, podFailure } from '../../../../../agent/kubelet/pods/plan.ts';
import { aKubeletPod, anExit, aRun, aSandbox, aView } from '../../../../builders/pod-view.ts';

const init = { initContainers: [{ name: 'i', image: 'busybox:1' }] };
const sidecar = { initContainers: [{ name: 'i', image: 'busybox:1', restartPolicy: 'Always' }] };
const start = (name: string, attempt = 0, restart = attempt > 0) => ({
  kind: 'startContainer',
  name,
  attempt,
  restart,
});
const now = 4000;

describe('what a pod needs next', () => {
  test.each([
    ['a new pod gets its sandbox', aView({ sandboxes: [] }), [{ kind: 'createSandbox', attempt: 0 }]],
    ['containers start while the sandbox does', aView({ sandboxes: [], busy: new Set(['POD']) }), [start('c')]],
    [
      'a sandbox that died is replaced',
      aView({ sandboxes: [aSandbox({ state: 'notready' })] }),
      [{ kind: 'createSandbox', attempt: 1 }],
    ],
    ['what runs well is left alone', aView({ containers: [aRun('c')] }), []],
    ['an operation under way is not doubled', aView({ busy: new Set(['c']) }), []],
    ['the first crash restarts at once', aView({ containers: [anExit('c', 1)] }), [start('c', 1)]],
    ['init containers come first', aView({ pod: aKubeletPod(init) }), [start('i')]],
    [
      'regular containers follow a successful init container',
      aView({ pod: aKubeletPod(init), containers: [anExit('i', 0)] }),
      [start('c')],
    ],
    [
      'a failed init container is tried again',
      aView({ pod: aKubeletPod(init), containers: [anExit('i', 1)] }),
      [start('i', 1)],
    ],
    [
      'a sidecar that is not up yet holds the others back',
      aView({ pod: aKubeletPod(sidecar), containers: [aRun('i')], started: new Set() }),
      [],
    ],
    [
      'a sidecar that is up lets the others start',
      aView({ pod: aKubeletPod(sidecar), containers: [aRun('i')] }),
      [start('c')],
    ],
    [
      'Never ends with the exit',
      aView({ pod: aKubeletPod({ restartPolicy: 'Never' }), containers: [anExit('c', 1)] }),
      [{ kind: 'releaseSandbox', sandbox: aSandbox() }],
    ],
    [
      'OnFailure restarts a failure',
      aView({ pod: aKubeletPod({ restartPolicy: 'OnFailure' }), containers: [anExit('c', 1)] }),
      [start('c', 1)],
    ],
    [
      'OnFailure ends with a success',
      aView({ pod: aKubeletPod({ restartPolicy: 'OnFailure' }), containers: [anExit('c', 0)] }),
      [{ kind: 'releaseSandbox', sandbox: aSandbox() }],
    ],
    [
      'OnFailure restarts what the kubelet stopped to restart it, even if it ended well',
      aView({
        pod: aKubeletPod({ restartPolicy: 'OnFailure' }),
        containers: [anExit('c', 0)],
        restarting: new Map([['c', 'c-0']]),
      }),
      [start('c', 1)],
    ],
    [
      'OnFailure ends with the success of a later run',
      aView({
        pod: aKubeletPod({ restartPolicy: 'OnFailure' }),
        containers: [anExit('c', 0), anExit('c', 0, { attempt: 1 })],
        restarting: new Map([['c', 'c-0']]),
      }),
      [{ kind: 'releaseSandbox', sandbox: aSandbox() }],
    ],
    [
      'Never does not restart what the kubelet stopped',
      aView({
        pod: aKubeletPod({ restartPolicy: 'Never' }),
        containers: [anExit('c', 0)],
        restarting: new Map([['c', 'c-0']]),
      }),
      [{ kind: 'releaseSandbox', sandbox: aSandbox() }],
    ],
    [
      'a deleted pod stops what runs',
      aView({ pod: aKubeletPod({}, { deleted: true }), containers: [aRun('c')] }),
      [{ kind: 'stopPod' }],
    ],
    [
      'a deleted pod that starts is stopped',
      aView({ pod: aKubeletPod({}, { deleted: true }), busy: new Set(['c']) }),
      [{ kind: 'stopPod' }],
    ],
    [
      'a deleted pod is finished when all has ended',
      aView({ pod: aKubeletPod({}, { deleted: true }), containers: [anExit('c', 137)] }),
      [{ kind: 'finishDelete' }],
    ],
  ])('%s', (_name, view, actions) => {
    expect(plan(view, now).actions).toEqual(actions);
  });

  const rule = (action: string, operator: string, ...values: number[]) => ({ action, exitCodes: { operator, values } });
  const ruled = (restartPolicy: string, ...restartPolicyRules: ReturnType<typeof rule>[]) =>
    aKubeletPod({
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'web:1.0', restartPolicy, restartPolicyRules }],
    });
  const released = { kind: 'releaseSandbox', sandbox: aSandbox() };

  test.each([
    ['a rule restarts the exit codes that it lists', ruled('Never', rule('Restart', 'In', 7)), 7, start('c', 1)],
    ['a rule leaves other exit codes to the policy', ruled('Never', rule('Restart', 'In', 7)), 8, released],
    [
      'a rule restarts the exit codes that it does not list',
      ruled('Never', rule('Restart', 'NotIn', 7)),
      8,
      start('c', 1),
    ],
    ['a rule spares the exit codes that it lists', ruled('Never', rule('Restart', 'NotIn', 7)), 7, released],
    ['the policy of the container replaces that of the pod', ruled('OnFailure'), 1, start('c', 1)],
    ['OnFailure of the container ends with a success', ruled('OnFailure'), 0, released],
    ['a rule restarts all', ruled('Never', rule('RestartAllContainers', 'In', 7)), 7, { kind: 'restartAll' }],
  ])('%s', (_name, pod, exitCode, action) => {
    expect(plan(aView({ pod, containers: [anExit('c', exitCode)] }), now).actions).toEqual([action]);
  });

  test('a container of its own policy Never ends with a failure, and the pod goes on', () => {
    const containers = [
      { name: 'c', image: 'web:1.0', restartPolicy: 'Never' },
      { name: 'd', image: 'web:1.0' },
    ];
    const view = aView({ pod: aKubeletPod({ containers }), containers: [anExit('c', 1), aRun('d')] });
    expect(plan(view, now).actions).toEqual([]);
  });

  test('an init container that its own policy does not restart ends the pod', () => {
    const initContainers = [{ name: 'i', image: 'busybox:1', restartPolicy: 'Never' }];
    const view = aView({ pod: aKubeletPod({ initContainers }), containers: [anExit('i', 1)] });
    expect(plan(view, now).actions).toEqual([released]);
  });

  test('a restart of all is under way once, and starts with the init containers when nothing is left', () => {
    const pod = aKubeletPod({
      ...init,
      containers: [
        {
          name: 'c',
          image: 'web:1.0',
          restartPolicy: 'Never',
          restartPolicyRules: [rule('RestartAllContainers', 'In', 7)],
        },
        { name: 'd', image: 'web:1.0' },
      ],
    });
    const containers = [anExit('i', 0), anExit('c', 7), aRun('d')];
    expect(plan(aView({ pod, containers }), now).actions).toEqual([{ kind: 'restartAll' }]);
    expect(plan(aView({ pod, containers, busy: new Set(['RESTART']) }), now).actions).toEqual([]);
    const waiting = { waiting: { reason: 'RestartingAllContainers' } };
    const known = { name: 'i', image: '', imageID: '', ready: false, restartCount: 3, state: waiting };
    const removed = { ...pod, status: { initContainerStatuses: [known] } };
    expect(plan(aView({ pod: removed }), now).actions).toEqual([start('i', 3, false)]);
  });

  test('a sidecar restarts all by its rule, and itself by any other exit', () => {
    const sidecar = { name: 's', image: 'busybox:1', restartPolicy: 'Always' };
    const rules = { restartPolicyRules: [rule('RestartAllContainers', 'In', 88)] };
    const pod = aKubeletPod({ restartPolicy: 'Never', initContainers: [{ ...sidecar, ...rules }] });
    const ended = (exitCode: number) => aView({ pod, containers: [anExit('s', exitCode), aRun('c')] });
    expect(plan(ended(88), now).actions).toEqual([{ kind: 'restartAll' }]);
    expect(plan(ended(1), now).actions).toEqual([start('s', 1)]);
  });

  test('init containers run again in a new sandbox', () => {
    const sandboxes = [aSandbox({ state: 'notready' }), aSandbox({ id: 's1', attempt: 1 })];
    const view = aView({ pod: aKubeletPod(init), sandboxes, containers: [anExit('i', 0), anExit('c', 137)] });
    expect(plan(view, now).actions).toEqual([start('i', 1, false)]);
  });

  test('what ended with its sandbox starts at once, whatever its back-off', () => {
    const sandboxes = [aSandbox({ state: 'notready' }), aSandbox({ id: 's1', attempt: 1 })];
    const backoffs = new Map([['c', { duration: 300_000, updatedAt: 2500 }]]);
    const view = aView({ sandboxes, backoffs, containers: [anExit('c', 143, { attempt: 4 })] });
    expect(plan(view, now).actions).toEqual([start('c', 5, false)]);
  });

  test('a container of the old sandbox is killed before the sandbox is replaced', () => {
    const container = aRun('c');
    const view = aView({ sandboxes: [aSandbox({ state: 'notready' })], containers: [container] });
    expect(plan(view, now).actions).toEqual([
      { kind: 'killContainer', container, message: 'Stopping container c' },
      { kind: 'createSandbox', attempt: 1 },
    ]);
  });

  test('an ephemeral container starts whatever the others do, and only once', () => {
    const pod = aKubeletPod({ ...init, ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] });
    const failing = anExit('i', 1);
    const backoffs = new Map([['i', { duration: 10_000, updatedAt: 2500 }]]);
    const debugs = (actions: object[]) => actions.filter((action) => 'name' in action && action.name === 'debug');
    expect(debugs(plan(aView({ pod, containers: [failing], backoffs }), now).actions)).toEqual([start('debug')]);
    const ended = aView({ pod, containers: [failing, anExit('debug', 1)], backoffs });
    expect(debugs(plan(ended, now).actions)).toEqual([]);
  });

  test('a crash loop waits for its back-off and says so', () => {
    const container = anExit('c', 1, { attempt: 1 });
    const view = aView({ containers: [container], backoffs: new Map([['c', { duration: 10_000, updatedAt: 2500 }]]) });
    const message = 'Back-off restarting failed container c in pod p_ns(uid)';
    expect(plan(view, now)).toEqual({ actions: [{ kind: 'backOff', container, message }], wakeAt: 13_000 });
    expect(plan(view, 13_000).actions).toEqual([start('c', 2)]);
  });

  test('a failed liveness probe kills the container', () => {
    const container = aRun('c');
    const view = aView({ containers: [container], unhealthy: new Map([[container.id, 'liveness' as const]]) });
    const message = 'Container c failed liveness probe, will be restarted';
    expect(plan(view, now).actions).toEqual([{ kind: 'killContainer', container, message }]);
  });

  test('a changed image restarts the container', () => {
    const hash = containerHash({ name: 'c', image: 'web:2.0' });
    const container = aRun('c', { labels: { [sandboxLabel]: 's0', [hashLabel]: hash } });
    const message = 'Container c definition changed, will be restarted';
    expect(plan(aView({ containers: [container] }), now).actions).toEqual([
      { kind: 'killContainer', container, message },
    ]);
  });

  test('a failure is tried again when its time has come', () => {
    const failure = { reason: 'ImagePullBackOff', message: 'Back-off', retryAt: 9000 };
    const view = aView({ failures: new Map([['c', failure]]) });
    expect(plan(view, now)).toEqual({ actions: [], wakeAt: 9000 });
    expect(plan(view, 9000).actions).toEqual([start('c', 0)]);
  });

  test('a pod past its deadline fails', () => {
    const status = { startTime: '1970-01-01T00:00:00Z' as never };
    const view = aView({ pod: aKubeletPod({ activeDeadlineSeconds: 4 }, { status }), containers: [aRun('c')] });
    expect(plan(view, 3999)).toEqual({ actions: [], wakeAt: 4000 });
    expect(podFailure(view, 3999)).toBeUndefined();
    expect(podFailure(view, 4000)).toEqual({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });
});
