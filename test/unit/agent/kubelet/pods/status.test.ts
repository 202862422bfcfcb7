import { describe, expect, test } from 'vitest';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import type { PodView } from '../../../../../agent/kubelet/pods/model.ts';
import { statusOf } from '../../../../../agent/kubelet/pods/status.ts';
import { aKubeletPod, anExit, aRun, aSandbox, aView } from '../../../../builders/pod-view.ts';

const facts = {
  runtimeName: 'docker',
  terminationMessages: new Map([['c-0', 'bye']]),
  hostIPs: ['172.30.0.2'],
  podIPs: ['10.244.0.5'],
  seenAt: 1000,
};
const status = (view: PodView) => statusOf(view, facts, 4000);
const condition = (view: PodView, type: string) => status(view).conditions?.find((one) => one.type === type);

describe('the status of a pod', () => {
  test.each([
    ['Pending before its containers', aView(), 'Pending'],
    ['Running with a running container', aView({ containers: [aRun('c')] }), 'Running'],
    ['Running between two runs', aView({ containers: [anExit('c', 1)] }), 'Running'],
    ['Succeeded', aView({ pod: aKubeletPod({ restartPolicy: 'Never' }), containers: [anExit('c', 0)] }), 'Succeeded'],
    ['Failed', aView({ pod: aKubeletPod({ restartPolicy: 'Never' }), containers: [anExit('c', 2)] }), 'Failed'],
    [
      'Failed when a deleted pod was killed',
      aView({ pod: aKubeletPod({}, { deleted: true }), containers: [anExit('c', 137)] }),
      'Failed',
    ],
  ])('is %s', (_name, view, phase) => {
    expect(status(view).phase).toBe(phase);
  });

  test('carries addresses, start time and quality of service', () => {
    expect(status(aView({ containers: [aRun('c')] }))).toMatchObject({
      hostIP: '172.30.0.2',
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }],
      startTime: '1970-01-01T00:00:01Z',
      qosClass: 'BestEffort',
    });
  });

  test('has an address of each family, on the network of its node those of the node', () => {
    const two = { ...facts, hostIPs: ['172.30.0.2', 'fd00:77::2'], podIPs: ['10.244.0.5', 'fd00:244::5'] };
    const of = (pod: Pod) => statusOf(aView({ pod, containers: [aRun('c')] }), two, 2000);
    expect(of(aKubeletPod())).toMatchObject({
      hostIP: '172.30.0.2',
      hostIPs: [{ ip: '172.30.0.2' }, { ip: 'fd00:77::2' }],
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }, { ip: 'fd00:244::5' }],
    });
    expect(of(aKubeletPod({ hostNetwork: true })).podIPs).toEqual([{ ip: '172.30.0.2' }, { ip: 'fd00:77::2' }]);
  });

  test('and its conditions say which generation of the pod they are about', () => {
    const pod = aKubeletPod();
    pod.metadata.generation = 3;
    const { observedGeneration, conditions } = status(aView({ pod, containers: [aRun('c')] }));
    expect(observedGeneration).toBe(3);
    expect(conditions?.map((each) => each.observedGeneration)).toEqual([3, 3, 3, 3, 3]);
  });

  const user = { uid: 1000, gid: 3000, groups: [3000, 4000] };
  const shown = { linux: { uid: 1000, gid: 3000, supplementalGroups: [3000, 4000] } };
  const knownStatus = {
    containerStatuses: [{ name: 'c', containerID: 'docker://c-0', user: shown } as object as core.ContainerStatus],
  };
  test.each([
    ['of a running container', aView({ containers: [aRun('c', { user })] }), shown],
    ['of an ended container', aView({ containers: [anExit('c', 1, { user })] }), shown],
    [
      'as known, of a run whose record is lost',
      aView({ pod: aKubeletPod({}, { status: knownStatus }), containers: [aRun('c')] }),
      shown,
    ],
    [
      'not that of an earlier run',
      aView({ pod: aKubeletPod({}, { status: knownStatus }), containers: [aRun('c', { attempt: 1 })] }),
      undefined,
    ],
    ['not before it runs', aView({ containers: [aRun('c', { state: 'created', user })] }), undefined],
  ])('has the user %s', (_name, view, expected) => {
    expect(status(view).containerStatuses?.[0]?.user).toEqual(expected);
  });

  const stopped = { pod: aKubeletPod({ restartPolicy: 'OnFailure' }), restarting: new Map([['c', 'c-0']]) };
  test.each([
    ['has been stopped', [anExit('c', 0)]],
    ['is created again', [anExit('c', 0), aRun('c', { attempt: 1, state: 'created' })]],
  ])('is Running while a container of OnFailure that the kubelet restarts %s', (_name, containers) => {
    expect(status(aView({ ...stopped, containers })).phase).toBe('Running');
  });

  test('the containers of a pod that has failed wait for nothing, also after its sandbox is gone', () => {
    const pod = aKubeletPod({}, { status: { phase: 'Failed', reason: 'Terminated' } });
    const { phase, containerStatuses } = status(
      aView({ pod, sandboxes: [aSandbox({ state: 'notready' })], containers: [anExit('c', 137)] }),
    );
    expect(phase).toBe('Failed');
    expect(containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 137 } });
  });

  test('a container is being created until its post-start hook has ended', () => {
    const running = aView({ containers: [aRun('c')], hooked: new Set(['c-0']), started: new Set(), ready: new Set() });
    const { phase, containerStatuses } = status(running);
    expect(phase).toBe('Pending');
    expect(containerStatuses).toMatchObject([
      { ready: false, started: false, state: { waiting: { reason: 'ContainerCreating' } } },
    ]);
  });

  test('what waits for a volume is being created', () => {
    const failures = new Map([['c', { reason: '', message: 'secret "x" not found', retryAt: 9000 }]]);
    expect(status(aView({ failures })).containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'ContainerCreating' },
    });
  });

  test('before their first run init containers wait as the others do', () => {
    const pod = aKubeletPod({ initContainers: [{ name: 'i', image: 'x' }] });
    expect(status(aView({ pod })).initContainerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'PodInitializing' },
    });
  });

  test('a container that had no time to start before the deadline is unknown', () => {
    const failure = { reason: 'DeadlineExceeded', message: 'late' };
    expect(status(aView({ failure }))).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } } }],
    });
  });

  test('a run that was lost without a trace was running', () => {
    const running = { containerID: 'docker://gone', state: { running: {} }, restartCount: 0, name: 'c', image: 'x' };
    const pod = aKubeletPod();
    const known = { ...pod, status: { containerStatuses: [{ ...running, ready: true, imageID: '' }] } };
    const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', containerID: 'docker://gone' };
    expect(status(aView({ pod: known })).containerStatuses?.[0]).toMatchObject({ lastState: { terminated: lost } });
    const again = aView({ pod: known, containers: [aRun('c', { attempt: 1 })] });
    expect(status(again).containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: lost } });
  });

  test('a container that runs is named with its runtime', () => {
    expect(status(aView({ containers: [aRun('c')] })).containerStatuses?.[0]).toMatchObject({
      containerID: 'docker://c-0',
      imageID: 'docker://sha256:1',
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: '1970-01-01T00:00:02Z' } },
    });
  });

  test('what ended with its sandbox is being created again, not crashing', () => {
    const view = aView({
      sandboxes: [aSandbox({ state: 'notready' })],
      containers: [anExit('c', 143)],
      backoffs: new Map([['c', { duration: 10_000, updatedAt: 3000 }]]),
    });
    expect(status(view)).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        { state: { waiting: { reason: 'ContainerCreating' } }, lastState: { terminated: { exitCode: 143 } } },
      ],
    });
  });

  test('an ephemeral container has a status of its own and changes nothing of the pod', () => {
    const pod = aKubeletPod({ ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] });
    expect(status(aView({ pod, containers: [aRun('c'), anExit('debug', 3)] }))).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ name: 'c', ready: true }],
      ephemeralContainerStatuses: [
        { name: 'debug', ready: false, restartCount: 0, state: { terminated: { exitCode: 3 } }, lastState: {} },
      ],
    });
  });

  test('a start under way is not a crash loop', () => {
    const view = aView({
      containers: [anExit('c', 3)],
      busy: new Set(['c']),
      backoffs: new Map([['c', { duration: 10_000, updatedAt: 3000 }]]),
    });
    expect(status(view).containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: 3 } });
  });

  test('a pod is not over while a sidecar runs', () => {
    const initContainers = [{ name: 'i', image: 'busybox:1', restartPolicy: 'Always' }];
    const pod = aKubeletPod({ initContainers, restartPolicy: 'Never' });
    expect(status(aView({ pod, containers: [aRun('i'), anExit('c', 0)] })).phase).toBe('Running');
    expect(status(aView({ pod, containers: [anExit('i', 143), anExit('c', 0)] })).phase).toBe('Succeeded');
  });

  test('a crash loop is worded as upstream words it', () => {
    const view = aView({
      containers: [anExit('c', 3)],
      backoffs: new Map([['c', { duration: 10_000, updatedAt: 3000 }]]),
    });
    expect(status(view).containerStatuses?.[0]).toMatchObject({
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=c pod=p_ns(uid)' },
      },
      lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'bye' } },
    });
  });

  test.each([
    ['OOMKilled', anExit('c', 137, { oomKilled: true }), { reason: 'OOMKilled', exitCode: 137 }],
    [
      'StartError',
      anExit('c', 127, { startedAt: 0, error: 'no such file' }),
      { reason: 'StartError', exitCode: 128, message: 'no such file' },
    ],
    ['Completed', anExit('c', 0), { reason: 'Completed', exitCode: 0 }],
  ])('a container that ended says %s', (_name, run, terminated) => {
    const view = aView({ pod: aKubeletPod({ restartPolicy: 'Never' }), containers: [run] });
    expect(status(view).containerStatuses?.[0]?.state).toMatchObject({ terminated });
  });

  test('containers behind an init container say PodInitializing', () => {
    const pod = aKubeletPod({ initContainers: [{ name: 'i', image: 'busybox:1' }] });
    const view = aView({ pod, containers: [aRun('i')] });
    expect(status(view).containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(condition(view, 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [i]',
    });
  });

  test('an unready container is named', () => {
    expect(condition(aView({ containers: [aRun('c')], ready: new Set() }), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
    });
  });

  test('a transition time stays while the condition does', () => {
    const first = status(aView({ containers: [aRun('c')] }));
    const pod = aKubeletPod({}, { status: first });
    expect(statusOf(aView({ pod, containers: [aRun('c')] }), facts, 99_000).conditions).toEqual(first.conditions);
  });
});

describe('the status of a pod whose containers have rules for their restart', () => {
  const rule = (action: string) => ({ action, exitCodes: { operator: 'In', values: [7] } });
  const ruled = (action: string, more: Parameters<typeof aKubeletPod>[1] = {}) =>
    aKubeletPod(
      {
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'x', restartPolicy: 'Never', restartPolicyRules: [rule(action)] }],
      },
      more,
    );

  test.each([
    ['Running between two runs that a rule joins', 7, 'Running'],
    ['Failed after an exit that no rule speaks of', 8, 'Failed'],
    ['Succeeded', 0, 'Succeeded'],
  ])('is %s', (_name, exitCode, phase) => {
    expect(status(aView({ pod: ruled('Restart'), containers: [anExit('c', exitCode)] })).phase).toBe(phase);
  });

  test('says that all containers restart, and that they do no longer', () => {
    const pod = ruled('RestartAllContainers');
    expect(condition(aView({ pod, containers: [anExit('c', 7)] }), 'AllContainersRestarting')).toMatchObject({
      status: 'True',
      reason: 'RestartAllContainersStarted',
      message: 'container exited with restart policy rule',
    });
    expect(condition(aView({ pod, containers: [aRun('c')] }), 'AllContainersRestarting')).toMatchObject({
      status: 'False',
    });
    expect(condition(aView({ containers: [aRun('c')] }), 'AllContainersRestarting')).toBeUndefined();
  });

  test('counts a sidecar that was stopped for the restart, too', () => {
    const sidecar = { name: 's', image: 'x', restartPolicy: 'Always' };
    const withSidecar = (more: Parameters<typeof aKubeletPod>[1] = {}) => {
      const pod = ruled('RestartAllContainers', more);
      return { ...pod, spec: { ...pod.spec, initContainers: [sidecar] } };
    };
    const containers = [anExit('s', 137, { attempt: 4 }), anExit('c', 7)];
    const before = status(aView({ pod: withSidecar(), containers }));
    expect(before.initContainerStatuses).toMatchObject([{ restartCount: 4, state: { terminated: { exitCode: 137 } } }]);
    const removed = status(aView({ pod: withSidecar({ status: before }) }));
    expect(removed.initContainerStatuses).toMatchObject([{ restartCount: 5 }]);
  });

  test('counts a removed container up once, and shows why it is gone', () => {
    const before = status(aView({ pod: ruled('RestartAllContainers'), containers: [anExit('c', 7, { attempt: 2 })] }));
    const removed = status(aView({ pod: ruled('RestartAllContainers', { status: before }) }));
    const why = {
      reason: 'RestartingAllContainers',
      message: 'The container is removed because RestartAllContainers in place',
    };
    const expected = {
      phase: 'Running',
      containerStatuses: [
        { restartCount: 3, state: { waiting: why }, lastState: { terminated: { ...why, exitCode: 137 } } },
      ],
    };
    expect(removed).toMatchObject(expected);
    expect(status(aView({ pod: ruled('RestartAllContainers', { status: removed }) }))).toMatchObject(expected);
    const again = aView({
      pod: ruled('RestartAllContainers', { status: removed }),
      containers: [aRun('c', { attempt: 3 })],
    });
    expect(status(again).containerStatuses?.[0]).toMatchObject({
      restartCount: 3,
      state: { running: {} },
      lastState: { terminated: why },
    });
  });
});
