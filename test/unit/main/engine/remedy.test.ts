import { expect, it } from 'vitest';
import { engineRemedy, setupCommands } from '../../../../main/engine/remedy.ts';

const me = { env: { USER: 'me' }, platform: 'linux' as const, home: '/home/me', uid: 1000 };
const manager = { command: 'apt-get', install: [['apt-get', 'install', 'docker.io']] };

it('installs, lets the user in, and starts', () => {
  expect(setupCommands({ manager, user: 'me', systemd: true })).toEqual({
    prepare: [
      ['apt-get', 'install', 'docker.io'],
      ['usermod', '-aG', 'docker', 'me'],
    ],
    start: ['systemctl', 'start', 'docker'],
  });
});

it('only starts what is installed, for root', () => {
  const setup = { manager: undefined, user: undefined, systemd: false };
  expect(setupCommands(setup)).toEqual({ prepare: [], start: ['service', 'docker', 'start'] });
});

it('lets a user into the group of a Docker that is running', () => {
  const looked = [{ endpoint: 'unix:///var/run/docker.sock', source: 'Docker', outcome: 'permission denied' }];
  expect(engineRemedy(me, looked)).toEqual({
    title: "Your user may not use Docker. Join its group (which has root's rights), then log in again.",
    command: 'sudo usermod -aG docker me',
    canRun: false,
  });
});

it('does not take the Podman of root for one to be let into', () => {
  const looked = [
    { endpoint: 'unix:///run/podman/podman.sock', source: 'Podman (rootful)', outcome: 'permission denied' },
  ];
  expect(engineRemedy(me, looked).title).not.toContain('group');
});

it('installs nothing beside the engine that was asked for by name', () => {
  const looked = [{ endpoint: '', source: 'docker context gone', outcome: 'there is no such context' }];
  expect(engineRemedy({ ...me, env: { DOCKER_CONTEXT: 'gone' } }, looked)).toEqual({
    title:
      'DOCKER_CONTEXT asks for gone: there is no such context. Start that engine, or unset DOCKER_CONTEXT to use another.',
    canRun: false,
  });
});
