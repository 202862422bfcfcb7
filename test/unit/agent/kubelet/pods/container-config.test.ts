import { describe, expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { containerConfig } from '../../../../../agent/kubelet/pods/container-config.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';

function configOf(user: string, spec: Partial<core.PodSpec> = {}, container: Partial<core.Container> = {}) {
  const only = { name: 'c', image: 'web:1.0', ...container };
  const image = { id: 'sha256:1', tags: ['web:1.0'], size: 1, user, entrypoint: [], cmd: [] };
  const pod = aKubeletPod({ ...spec, containers: [only] });
  const given = { attempt: 0, sandboxId: 's', image, env: new Map<string, string>(), mounts: [], nodeMemory: 1 };
  return containerConfig({ pod, spec: only, ...given });
}

describe('runAsNonRoot', () => {
  test.each(['1000', '1000:0'])('takes an image of user %s', (user) => {
    expect(configOf(user, { securityContext: { runAsNonRoot: true } }).security.user).toBeUndefined();
  });

  test.each([
    ['', 'image will run as root'],
    ['0:0', 'image will run as root'],
    ['root', 'image has non-numeric user (root), cannot verify user is non-root'],
    ['nginx:nginx', 'image has non-numeric user (nginx), cannot verify user is non-root'],
  ])('refuses an image of user %j', (user, why) => {
    expect(() => configOf(user, { securityContext: { runAsNonRoot: true } })).toThrow(
      `container has runAsNonRoot and ${why} (pod: "p_ns(uid)", container: c)`,
    );
  });

  test('takes any image with a number of its own, except root', () => {
    expect(configOf('root', {}, { securityContext: { runAsNonRoot: true, runAsUser: 5 } }).security.user).toBe('5');
    const root = { securityContext: { runAsNonRoot: true, runAsUser: 0 } };
    expect(() => configOf('5', {}, root)).toThrow("container's runAsUser breaks non-root policy");
  });
});

test.each([
  [{}, false],
  [{ shareProcessNamespace: true }, true],
  [{ hostPID: true }, true],
])('with %j the processes of the sandbox are shared: %s', (spec, shared) => {
  expect(configOf('', spec).shareProcesses).toBe(shared);
});

test.each([
  ['Strict names root and its group', 'Strict', '', {}, { user: '0:0', groups: ['4000'], imageGroups: 'ignored' }],
  [
    'Strict names the user of the image',
    'Strict',
    'web',
    {},
    { user: 'web', groups: ['4000'], imageGroups: 'ignored' },
  ],
  [
    'Strict keeps the group that the pod names',
    ...(['Strict', 'web', { runAsUser: 5, runAsGroup: 6 }, { user: '5:6', imageGroups: 'ignored' }] as const),
  ],
  ['Merge leaves the user to the image', 'Merge', 'web', {}, { user: undefined, imageGroups: undefined }],
] as const)('supplementalGroupsPolicy %s', (_name, supplementalGroupsPolicy, image, more, expected) => {
  const securityContext = { supplementalGroups: [4000], supplementalGroupsPolicy, ...more };
  const { user, groups, imageGroups } = configOf(image, { securityContext }).security;
  expect({ user, groups, imageGroups }).toEqual({ groups: ['4000'], ...expected });
});
