import { expect, it } from 'vitest';
import { socketMount } from '../../../../main/engine/socket.ts';

it.each([
  ['/run/podman/podman.sock', '/run/podman:/run/engine', '/run/engine/podman.sock'],
  ['/run/user/1000/podman/podman.sock', '/run/user/1000/podman:/run/engine', '/run/engine/podman.sock'],
])('gives the folder of %s, for the socket that a restarted service makes', (path, bind, socket) => {
  expect(socketMount(path)).toEqual({ bind, socket });
});

it('gives nothing but the socket of a folder that others use too', () => {
  expect(socketMount('/var/run/docker.sock')).toEqual({
    bind: '/var/run/docker.sock:/run/engine.sock',
    socket: '/run/engine.sock',
  });
});
