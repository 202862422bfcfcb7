import { describe, expect, it } from 'vitest';
import { deployments } from '../../../../../agent/api/apps/deployment.ts';
import { replicaSets } from '../../../../../agent/api/apps/replica-set.ts';
import type { Deployment, ReplicaSet } from '../../../../../agent/api/types.ts';
import { aDeployment, lines } from '../builders.ts';

const now = Date.parse('2026-01-01T00:01:30Z');
const defaulted = (spec: Partial<Deployment['spec']> = {}): Deployment => {
  const deployment = aDeployment(spec);
  deployments.default?.(deployment);
  return deployment;
};
const replicaSet = (spec: Partial<ReplicaSet['spec']> = {}): ReplicaSet => {
  const { selector, template } = aDeployment().spec;
  const object = {
    ...aDeployment(),
    kind: 'ReplicaSet',
    spec: { selector, template, ...spec },
    status: { replicas: 2 },
  };
  replicaSets.default?.(object);
  return object;
};

describe('deployments', () => {
  it('have upstream defaults, but templates none of what only pods get', () => {
    const { spec } = defaulted();
    expect(spec).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'IfNotPresent' }] } },
    });
    expect(spec.template.spec).not.toHaveProperty('enableServiceLinks');
  });

  it('show their rollout', () => {
    const deployment = {
      ...defaulted({ replicas: 3 }),
      status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    };
    expect(deployments.columns.map((column) => column.value(deployment, now))).toEqual([
      'web',
      '1/3',
      2,
      1,
      '90s',
      'web',
      'web:1.0',
      'app=web',
    ]);
  });

  it.each<[string, Partial<Deployment['spec']>, string[]]>([
    ['nothing wrong', {}, []],
    ['negative replicas', { replicas: -1 }, ['spec.replicas: Invalid: must be greater than or equal to 0']],
    ['an empty selector', { selector: {} }, ['spec.selector: Invalid: empty selector is invalid for deployment']],
    [
      'no selector',
      { selector: undefined },
      [
        'spec.selector: Required',
        'spec.template.metadata.labels: Invalid: `selector` does not match template `labels`',
      ],
    ],
    [
      'a selector that does not match',
      { selector: { matchLabels: { app: 'db' } } },
      ['spec.template.metadata.labels: Invalid: `selector` does not match template `labels`'],
    ],
    [
      'a rolling update that cannot roll',
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid: may not be 0 when `maxSurge` is 0'],
    ],
    [
      'parameters of another strategy',
      { strategy: { type: 'Recreate', rollingUpdate: {} } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'a deadline before readiness',
      { minReadySeconds: 10, progressDeadlineSeconds: 10 },
      ['spec.progressDeadlineSeconds: Invalid: must be greater than minReadySeconds'],
    ],
    [
      'an expression without values',
      {
        selector: {
          matchLabels: { app: 'web' },
          matchExpressions: [{ key: 'app', operator: 'Exists', values: ['x'] }],
        },
      },
      [
        "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        'spec.selector: Invalid: invalid label selector',
      ],
    ],
    [
      'no template',
      { template: {} },
      [
        'spec.template.metadata.labels: Invalid: `selector` does not match template `labels`',
        'spec.template.spec.containers: Required',
      ],
    ],
  ])('with %s', (_, spec, expected) => {
    expect(lines(deployments.validate?.(defaulted(spec)))).toEqual(expected);
  });

  it('keep their selector', () => {
    const template = { ...aDeployment().spec.template, metadata: { labels: { app: 'web', v: '2' } } };
    const changed = defaulted({ selector: { matchLabels: { v: '2' } }, template });
    expect(lines(deployments.validate?.(changed, defaulted()))).toEqual(['spec.selector: Invalid: field is immutable']);
  });

  it('run pods that restart', () => {
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] },
    };
    expect(lines(deployments.validate?.(defaulted({ template })))).toEqual([
      'spec.template.spec.restartPolicy: NotSupported: supported values: "Always"',
    ]);
  });
});

describe('replica sets', () => {
  it('have one replica and show what they have', () => {
    const object = replicaSet();
    expect(object.spec.replicas).toBe(1);
    expect(replicaSets.columns.map((column) => column.value(object, now))).toEqual([
      'web',
      1,
      2,
      0,
      '90s',
      'web',
      'web:1.0',
      'app=web',
    ]);
  });

  it('keep their selector and start without status', () => {
    const old = replicaSet();
    const changed = replicaSet({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } });
    expect(lines(replicaSets.validate?.(changed, old))).toEqual(['spec.selector: Invalid: field is immutable']);
    replicaSets.prepareForCreate?.(changed, []);
    expect(changed.status).toEqual({ replicas: 0 });
  });
});
