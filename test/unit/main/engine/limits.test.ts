import { expect, it } from 'vitest';
import { withoutControllers } from '../../../../main/engine/limits.ts';

it('says which limits a rootless Podman cannot set, and how to have them', () => {
  expect(withoutControllers(['memory', 'pids'], '2')).toMatchObject({
    message: 'pods run without limits of cpu: rootless Podman may not set them here',
    fix: expect.stringContaining('Delegate=cpu cpuset io memory pids'),
  });
  expect(withoutControllers([], '1')).toMatchObject({
    message: 'pods run without limits of cpu and memory: rootless Podman may not set them here',
    fix: expect.stringContaining('cgroup v2'),
  });
});

it('says nothing where it can set them all', () => {
  expect(withoutControllers(['cpu', 'memory', 'pids'], '2')).toBeUndefined();
});
