import { describe, expect, test } from 'vitest';
import {
  configMapFrom,
  deploymentFrom,
  secretFrom,
  serviceFrom,
} from '../../../renderer/resources/forms/create/manifests.ts';
import { argumentsOf, patchOf, problemOf, toPairs } from '../../../renderer/resources/forms/pairs.ts';

const pair = (key: string, value = '') => ({ id: 0, key, value });

describe('labels that were edited', () => {
  test('become a patch of what changed, came and went', () => {
    const before = { app: 'web', tier: 'front', old: 'x' };
    const after = [pair('app', 'web'), pair('tier', 'back'), pair('new', 'y'), pair('', '')];
    expect(patchOf(before, after)).toEqual({ old: null, tier: 'back', new: 'y' });
    expect(patchOf(before, toPairs(before))).toEqual({});
  });

  test('are arguments that a shell takes', () =>
    expect(argumentsOf({ old: null, tier: 'back', note: 'two words' })).toBe("old- tier=back note='two words'"));

  test.each([
    [pair('app', 'web'), undefined],
    [pair('app.kubernetes.io/name', 'a.b_c'), undefined],
    [pair('app', 'two words'), '“two words” is no valid label value'],
    [pair('-app', ''), '“-app” is no valid key'],
    [pair('', 'x'), 'A key is missing'],
    [pair(''), undefined],
  ])('%o are refused where the server would refuse them', (given, problem) =>
    expect(problemOf(given, 'labels')).toBe(problem),
  );

  test('as annotations may hold any text', () =>
    expect(problemOf(pair('note', 'a b\nc'), 'annotations')).toBeUndefined());
});

describe('what the create dialogs make', () => {
  test('a deployment has its labels in all three places, and only what was filled in', () =>
    expect(
      deploymentFrom({
        name: 'web',
        namespace: 'default',
        image: 'nginx',
        replicas: 2,
        port: 80,
        cpu: '',
        memory: '64Mi',
        env: [],
      }),
    ).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'nginx',
                ports: [{ containerPort: 80 }],
                resources: { requests: { memory: '64Mi' } },
              },
            ],
          },
        },
      },
    }));

  test('a service without a target port sends to its own', () =>
    expect(
      serviceFrom({
        name: 'web',
        namespace: 'a',
        type: 'NodePort',
        port: 80,
        targetPort: '',
        selector: [pair('app', 'web')],
      }).spec,
    ).toEqual({ type: 'NodePort', selector: { app: 'web' }, ports: [{ name: 'port-80', port: 80, targetPort: 80 }] }));

  test('a target port may be a name', () =>
    expect(
      serviceFrom({ name: 'web', namespace: 'a', type: 'ClusterIP', port: 80, targetPort: 'http', selector: [] }).spec
        .ports,
    ).toEqual([{ name: 'port-80', port: 80, targetPort: 'http' }]));

  test('secrets are written as text and kept encoded by the server', () =>
    expect(secretFrom({ name: 's', namespace: 'a', type: 'Opaque', data: [pair('k', 'v')] })).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'a' },
      type: 'Opaque',
      stringData: { k: 'v' },
    }));

  test('lines without a key are left out', () =>
    expect(configMapFrom({ name: 'c', namespace: 'a', data: [pair('k', 'v'), pair('', 'x')] }).data).toEqual({
      k: 'v',
    }));
});
