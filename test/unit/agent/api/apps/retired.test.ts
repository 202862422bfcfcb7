import { describe, expect, it } from 'vitest';
import { deployments } from '../../../../../agent/api/apps/deployment.ts';
import { kindFor } from '../../../../../agent/api/kinds.ts';
import type { AnyObject, Deployment } from '../../../../../agent/api/types.ts';
import { metadata } from '../builders.ts';

const old = (apiVersion: string, spec: Record<string, unknown> = {}): AnyObject => ({
  apiVersion,
  kind: 'Deployment',
  metadata: metadata('old'),
  spec: {
    template: { metadata: { labels: { app: 'old' } }, spec: { containers: [{ name: 'c', image: 'web:1.0' }] } },
    ...spec,
  },
});

function stored(group: string, version: string, object: AnyObject): Deployment {
  const convert = kindFor(group, version, 'deployments')?.representation.toHub;
  const converted = structuredClone(convert?.(object) ?? object) as KubeDeployment;
  deployments.default?.(converted);
  return converted;
}
type KubeDeployment = AnyObject & Deployment;

describe('a Deployment of a retired version', () => {
  it.each([
    ['extensions', 'v1beta1', 2147483647, 2147483647, 1],
    ['apps', 'v1beta1', 2, 600, '25%'],
  ])('%s/%s takes its selector from the template and its own defaults', (group, version, limit, deadline, surge) => {
    const object = old(`${group}/${version}`, { rollbackTo: { revision: 1 } });
    const before = structuredClone(object);
    const { spec, metadata: meta } = stored(group, version, object);
    expect(spec).toMatchObject({
      selector: { matchLabels: { app: 'old' } },
      revisionHistoryLimit: limit,
      progressDeadlineSeconds: deadline,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: surge } },
    });
    expect(spec).not.toHaveProperty('rollbackTo');
    expect(meta.labels).toEqual({ app: 'old' });
    expect(object).toEqual(before);
  });

  it('keeps what it says itself', () => {
    const selector = { matchLabels: { app: 'old', v: '1' } };
    const object = old('extensions/v1beta1', { selector, strategy: { type: 'Recreate' }, revisionHistoryLimit: 3 });
    const { spec } = stored('extensions', 'v1beta1', object);
    expect(spec).toMatchObject({ selector, strategy: { type: 'Recreate' }, revisionHistoryLimit: 3 });
    expect(spec.strategy).not.toHaveProperty('rollingUpdate');
  });

  it('must name its selector from apps/v1beta2 on', () => {
    const object = stored('apps', 'v1beta2', old('apps/v1beta2'));
    expect(deployments.validate?.(object).map(({ field, type }) => [field, type])).toContainEqual([
      'spec.selector',
      'Required',
    ]);
  });

  it('is answered with a warning that names the current version, and listed as retired', () => {
    expect(kindFor('extensions', 'v1beta1', 'replicasets')?.representation).toMatchObject({
      retired: true,
      warning: 'extensions/v1beta1 ReplicaSet is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 ReplicaSet',
    });
  });
});
