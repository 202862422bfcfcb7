import { describe, expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import { defaultPullPolicy } from '../../../../../agent/api/core/pod-defaults.ts';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import { aPod, lines } from '../builders.ts';

const defaulted = (pod: Pod): Pod => {
  pods.default?.(pod);
  return pod;
};

const now = Date.parse('2026-01-01T00:10:00Z');
const cells = (pod: Pod) => pods.columns.map((column) => column.value(pod, now));
const status = (name: string, state: core.ContainerState, more: Partial<core.ContainerStatus> = {}) =>
  ({ name, image: 'web:1.0', imageID: '', ready: false, restartCount: 0, state, ...more }) as core.ContainerStatus;
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string) => ({ terminated: { exitCode, reason } });

describe('defaults of a pod', () => {
  it('fill in what upstream fills in', () => {
    const pod = aPod({
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:1.0',
            ports: [{ containerPort: 80 }],
            livenessProbe: { httpGet: { port: 80 } },
            env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
          },
        ],
        volumes: [
          { name: 'e' },
          { name: 'c', configMap: { name: 'c' } },
          { name: 'h', hostPath: { path: '/' } },
          { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
        ],
      },
    });
    expect(defaulted(pod).spec).toEqual({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
      securityContext: {},
      enableServiceLinks: true,
      containers: [
        {
          name: 'web',
          image: 'web:1.0',
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          livenessProbe: {
            httpGet: { port: 80, path: '/', scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          env: [{ name: 'NODE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }],
          resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
        },
      ],
      volumes: [
        { name: 'e', emptyDir: {} },
        { name: 'c', configMap: { name: 'c', defaultMode: 420 } },
        { name: 'h', hostPath: { path: '/', type: '' } },
        {
          name: 'p',
          projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] },
        },
      ],
    });
  });

  it('change nothing the second time', () => {
    const once = defaulted(aPod());
    expect(defaulted(structuredClone(once))).toEqual(once);
  });

  it.each([
    ['web', 'Always'],
    ['web:latest', 'Always'],
    ['localhost:5000/web', 'Always'],
    ['localhost:5000/web:1.0', 'IfNotPresent'],
    ['web@sha256:abc', 'IfNotPresent'],
    ['web:latest@sha256:abc', 'IfNotPresent'],
  ])('pull %s %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });

  it('publish container ports on the host network', () => {
    const containers = [{ name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] }];
    const pod = defaulted(aPod({ spec: { hostNetwork: true, containers } }));
    expect(pod.spec.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  });
});

it('a pod behind a gate says so from the start', () => {
  const pod = aPod({ spec: { containers: [], schedulingGates: [{ name: 'a/b' }] } });
  pods.prepareForCreate?.(pod, []);
  expect(pod.status?.conditions).toEqual([
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
      lastProbeTime: null,
      lastTransitionTime: null,
    },
  ]);
});

it('a new pod is pending, with its quality of service', () => {
  const pod = defaulted(aPod({ status: { phase: 'Running' } }));
  pods.prepareForCreate?.(pod, []);
  expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
});

it.each([
  [{}, 0],
  [{ nodeName: 'n' }, 30],
  [{ nodeName: 'n', terminationGracePeriodSeconds: 5 }, 5],
])('with %j it is deleted after %i seconds', (spec, seconds) => {
  expect(pods.gracePeriodSeconds?.(aPod({ spec }))).toBe(seconds);
});

describe('columns', () => {
  const two = [{ name: 'a' }, { name: 'b' }];
  const last = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:09:55Z' } };
  it.each([
    ['Pending', 'Pending', '0/1', {}],
    [
      'ContainerCreating',
      'Pending',
      '0/1',
      { containerStatuses: [status('web', { waiting: { reason: 'ContainerCreating' } })] },
    ],
    ['Running', 'Running', '1/1', { containerStatuses: [status('web', running, { ready: true })] }],
    [
      'CrashLoopBackOff',
      'Running',
      '0/1',
      { containerStatuses: [status('web', { waiting: { reason: 'CrashLoopBackOff' } })] },
    ],
    ['Completed', 'Succeeded', '0/1', { containerStatuses: [status('web', ended(0, 'Completed'))] }],
    ['Error', 'Failed', '0/1', { containerStatuses: [status('web', ended(1, 'Error'))] }],
    ['ExitCode:3', 'Failed', '0/1', { containerStatuses: [status('web', ended(3))] }],
    ['Evicted', 'Failed', '0/1', { reason: 'Evicted' }],
    [
      'SchedulingGated',
      'Pending',
      '0/1',
      { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    ],
  ])('show %s', (reason, phase, ready, more) => {
    expect(cells(aPod({ status: { phase, ...more } })).slice(1, 3)).toEqual([ready, reason]);
  });

  it.each([
    ['Init:0/2', [status('a', running), status('b', {})]],
    ['Init:1/2', [status('a', ended(0, 'Completed')), status('b', running)]],
    ['Init:Error', [status('a', ended(1, 'Error')), status('b', {})]],
    ['Init:CrashLoopBackOff', [status('a', { waiting: { reason: 'CrashLoopBackOff' } })]],
    ['Init:0/2', [status('a', { waiting: { reason: 'PodInitializing' } })]],
    ['Init:Signal:9', [status('a', { terminated: { exitCode: 137, signal: 9 } })]],
  ])('show %s during initialization', (reason, initContainerStatuses) => {
    const pod = aPod({ spec: { initContainers: two }, status: { phase: 'Pending', initContainerStatuses } });
    expect(cells(pod)[2]).toBe(reason);
  });

  it('count a sidecar that has started', () => {
    const pod = aPod({
      spec: { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      status: {
        phase: 'Running',
        initContainerStatuses: [status('s', running, { started: true, ready: true, restartCount: 1 })],
        containerStatuses: [status('web', running, { ready: true, restartCount: 2, lastState: last })],
      },
    });
    expect(cells(pod).slice(1, 4)).toEqual(['2/2', 'Running', '3 (5s ago)']);
  });

  it('show Running while one container has completed and another runs', () => {
    const containerStatuses = [status('a', ended(0, 'Completed')), status('b', running, { ready: true })];
    const conditions = [{ type: 'Ready', status: 'True' }];
    const pod = aPod({ spec: { containers: two }, status: { phase: 'Running', containerStatuses } });
    expect(cells(pod)[2]).toBe('NotReady');
    expect(cells({ ...pod, status: { ...pod.status, conditions } })[2]).toBe('Running');
  });

  it('show Terminating, and Unknown where the node was lost', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(cells(aPod({ metadata, status: { phase: 'Running' } }))[2]).toBe('Terminating');
    expect(cells(aPod({ metadata, status: { phase: 'Running', reason: 'NodeLost' } }))[2]).toBe('Unknown');
  });

  it('are these with -o wide', () => {
    const pod = aPod({
      spec: { nodeName: 'worker', readinessGates: [{ conditionType: 'x.io/a' }, { conditionType: 'x.io/b' }] },
      status: { phase: 'Running', podIPs: [{ ip: '10.244.1.2' }], conditions: [{ type: 'x.io/a', status: 'True' }] },
    });
    expect(pods.columns.map(({ name, priority }) => `${name}${priority}`)).toEqual([
      'Name0',
      'Ready0',
      'Status0',
      'Restarts0',
      'Age0',
      'IP1',
      'Node1',
      'Nominated Node1',
      'Readiness Gates1',
    ]);
    expect(cells(pod)).toEqual(['web', '0/1', 'Running', '0', '10m', '10.244.1.2', 'worker', '<none>', '1/2']);
  });
});

describe('validation of a pod', () => {
  const problems = (spec: Partial<core.PodSpec>) => lines(pods.validate?.(defaulted(aPod({ spec }))));
  const container = (more: Partial<core.Container>) => ({ containers: [{ name: 'web', image: 'web:1.0', ...more }] });

  it.each<[string, Partial<core.PodSpec>, string[]]>([
    ['a good pod', {}, []],
    ['no containers', { containers: [] }, ['spec.containers: Required']],
    ['no image', container({ image: '' }), ['spec.containers[0].image: Required']],
    [
      'two containers of one name',
      {
        containers: [
          { name: 'a', image: 'a' },
          { name: 'a', image: 'a' },
        ],
      },
      ['spec.containers[1].name: Duplicate'],
    ],
    [
      'a port out of range',
      container({ ports: [{ containerPort: 70000 }] }),
      ['spec.containers[0].ports[0].containerPort: Invalid: must be between 1 and 65535, inclusive'],
    ],
    [
      'an unknown restart policy',
      { restartPolicy: 'Sometimes' },
      ['spec.restartPolicy: NotSupported: supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'a mount without its volume',
      container({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }),
      ['spec.containers[0].volumeMounts[0].name: NotFound'],
    ],
    [
      'a request above the limit',
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['spec.containers[0].resources.requests: Invalid: must be less than or equal to cpu limit of 1'],
    ],
    [
      'a probe without a handler',
      container({ livenessProbe: {} }),
      ['spec.containers[0].livenessProbe: Required: must specify a handler type'],
    ],
    [
      'a probe with two handlers',
      container({ readinessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } }),
      ['spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    [
      'a liveness probe that asks for two successes',
      container({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
      ['spec.containers[0].livenessProbe.successThreshold: Invalid: must be 1'],
    ],
    [
      'a variable from nowhere',
      container({ env: [{ name: 'A', valueFrom: {} }] }),
      [
        'spec.containers[0].env[0].valueFrom: Invalid: must specify one of: `fieldRef`, `resourceFieldRef`, ' +
          '`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ],
    ],
    [
      'a volume of two types',
      { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'a probe on an init container that ends',
      { initContainers: [{ name: 'i', image: 'i', readinessProbe: { tcpSocket: { port: 1 } } }] },
      [
        'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'a toleration of seconds without NoExecute',
      { tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: 5 }] },
      ["spec.tolerations[0].effect: Invalid: effect must be 'NoExecute' when `tolerationSeconds` is set"],
    ],
  ])('%s', (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected);
  });
});

describe('an update of a pod', () => {
  const old = defaulted(aPod({ spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }));
  const changed = (spec: Partial<core.PodSpec>) => {
    const pod = { ...structuredClone(old), spec: { ...structuredClone(old.spec), ...spec } };
    return lines(pods.validate?.(pod, old));
  };

  it.each([
    ['the image', { containers: old.spec.containers.map((each) => ({ ...each, image: 'web:2.0' })) }],
    ['the deadline', { activeDeadlineSeconds: 5 }],
    [
      'added tolerations',
      {
        tolerations: [
          { key: 'b', operator: 'Exists' },
          { key: 'a', operator: 'Exists' },
        ],
      },
    ],
  ])('may change %s', (_, spec) => {
    expect(changed(spec)).toEqual([]);
  });

  it.each([
    ['the node', { nodeName: 'other' }],
    ['a command', { containers: old.spec.containers.map((each) => ({ ...each, command: ['sh'] })) }],
  ])('may not change %s', (_, spec) => {
    expect(changed(spec)).toEqual([
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,' +
        '`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing ' +
        'tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ]);
  });

  it('keeps the tolerations that it has', () => {
    expect(changed({ tolerations: [] })).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
  });

  it('is not validated again where the spec stays', () => {
    const odd = aPod({ spec: { containers: [] } });
    expect(pods.validate?.(odd, structuredClone(odd))).toEqual([]);
  });

  it('may not add containers', () => {
    expect(changed({ containers: [...old.spec.containers, { name: 'b', image: 'b' }] })).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
  });
});

describe('the pod as a whole', () => {
  const limited = (limits: Record<string, string>) => [{ name: 'a', image: 'a', resources: { limits } }];
  it.each([
    [
      'asks for what its containers ask for',
      { limits: { cpu: '3' } },
      limited({ cpu: '1' }),
      { requests: { cpu: '1' } },
    ],
    ['asks for its limits where containers ask for nothing', { limits: { cpu: '3' } }, [], { requests: { cpu: '3' } }],
    [
      'is limited to the huge pages of its containers',
      { requests: { cpu: '1' } },
      limited({ cpu: '1', 'hugepages-2Mi': '4Mi' }),
      { limits: { 'hugepages-2Mi': '4Mi' }, requests: { cpu: '1', 'hugepages-2Mi': '4Mi' } },
    ],
    ['has nothing where it says nothing', {}, limited({ cpu: '1' }), {}],
  ])('%s', (_, resources, containers, expected) => {
    const pod = defaulted(aPod({ spec: { containers, resources } }));
    expect(pod.spec.resources).toEqual({ ...resources, ...expected });
  });
});

describe('on creation', () => {
  const labels = { app: 'web', tenant: 'x' };
  const labelSelector = { matchLabels: { app: 'web' } };
  const created = (spec: object) => {
    const pod = aPod({ metadata: { name: 'p', labels }, spec: { containers: [], ...spec } });
    pods.prepareForCreate?.(pod, []);
    return pod.spec;
  };
  const merged = (...matchExpressions: object[]) => ({ ...labelSelector, matchExpressions });
  const isOne = { key: 'tenant', operator: 'In', values: ['x'] };
  const isNone = { key: 'tenant', operator: 'NotIn', values: ['x'] };

  it('the keys of an affinity become part of its selectors', () => {
    const term = (keys: object) => ({ topologyKey: 'zone', labelSelector, ...keys });
    const match = { matchLabelKeys: ['tenant', 'absent'] };
    const mismatch = { mismatchLabelKeys: ['tenant'] };
    const { affinity } = created({
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(match)] },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term(mismatch) }],
        },
      },
    });
    const [near] = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(near).toEqual({ ...term(match), labelSelector: merged(isOne) });
    const [apart] = affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(apart?.podAffinityTerm).toEqual({ ...term(mismatch), labelSelector: merged(isNone) });
  });

  it('the keys of a spread constraint become part of its selector, where it has one', () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      matchLabelKeys: ['tenant'],
    };
    const { topologySpreadConstraints } = created({
      topologySpreadConstraints: [{ ...constraint, labelSelector }, constraint],
    });
    expect(topologySpreadConstraints).toEqual([{ ...constraint, labelSelector: merged(isOne) }, constraint]);
  });
});

it('a status without observed generations keeps those that are known, one by one of a type', () => {
  const condition = { type: 'Ready', status: 'True' };
  const old = aPod({
    status: {
      observedGeneration: 3,
      conditions: [
        { ...condition, observedGeneration: 1 },
        { ...condition, observedGeneration: 2 },
      ],
    },
  });
  const pod = aPod({ status: { conditions: [condition, condition, condition].map((each) => ({ ...each })) } });
  pods.prepareForStatusUpdate?.(pod, old);
  expect(pod.status?.observedGeneration).toBe(3);
  expect(pod.status?.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual([1, 2, undefined]);
});
