import { expect, it } from 'vitest';
import { engineError } from '../../../../main/engine/errors.ts';

it.each([
  [
    'could not find slirp4netns, the network namespace can\'t be configured: exec: "slirp4netns": executable file not found in $PATH',
    'PodmanIncomplete',
    'slirp4netns',
  ],
  ["could not find pasta, the network namespace can't be configured", 'PodmanIncomplete', 'passt'],
  ['exec: "newuidmap": executable file not found in $PATH', 'PodmanIncomplete', 'uidmap'],
  ['unable to find network backend: netavark binary not found', 'PodmanIncomplete', 'netavark'],
  ['plugin type="bridge" failed (add): failed to find plugin "bridge" in path', 'PodmanIncomplete', 'netavark'],
  ['runc: error setting rlimit type 7: operation not permitted', 'LimitsForbidden', 'default_ulimits'],
  ['crun: setrlimit (RLIM_MEMLOCK): Operation not permitted: OCI permission denied', 'LimitsForbidden', 'runc'],
  ['docker socket mount denied by Enhanced Container Isolation', 'IsolationForbids', 'turn it off'],
  ['cannot share the host PID namespace when user namespaces are enabled', 'RemapForbids', 'userns-remap'],
  ['mkdir /var/lib/docker: no space left on device', 'DiskFull', 'Free some space'],
])('%s: says what to do', (message, code, step) => {
  const error = engineError('docker start skiff-control-plane', new Error(`(HTTP code 500) server error - ${message}`));
  expect(error).toMatchObject({ code, command: 'docker start skiff-control-plane' });
  expect(error.hint).toContain(step);
});

it('makes nothing up where the cause is not known', () => {
  const error = engineError(
    'docker ps',
    Object.assign(new Error('(HTTP code 409) conflict - busy'), { statusCode: 409 }),
  );
  expect(error).toMatchObject({ code: 'EngineConflict', message: 'docker ps: busy', hint: undefined });
});
