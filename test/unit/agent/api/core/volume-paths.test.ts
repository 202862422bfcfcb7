import { expect, test } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { core } from '../../../../../agent/api/types.ts';
import { aPod, lines } from '../builders.ts';

const errorsOf = (volume: Partial<core.Volume>) => {
  const pod = aPod({ spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', ...volume }] } });
  return lines(pods.validate?.(pod) ?? []).join('\n');
};

test.each<[Partial<core.Volume>, string, string]>([
  [{ hostPath: { path: '/a/../b' } }, 'hostPath.path', "must not contain '..'"],
  [
    { configMap: { name: 'c', items: [{ key: 'k', path: '/a' }] } },
    'configMap.items[0].path',
    'must be a relative path',
  ],
  [
    { secret: { secretName: 's', items: [{ key: 'k', path: '../a' }] } },
    'secret.items[0].path',
    "must not contain '..'",
  ],
  [
    { projected: { sources: [{ serviceAccountToken: { path: 'a/../b' } }] } },
    // Upstream names the volume, not the source.
    'projected.path',
    "must not contain '..'",
  ],
])('%j is refused', (volume, field, detail) => {
  expect(errorsOf(volume)).toContain(`${field}`);
  expect(errorsOf(volume)).toContain(detail);
});
