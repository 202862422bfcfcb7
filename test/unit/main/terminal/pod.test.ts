import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KubeConnection } from '../../../../main/kube/connection.ts';
import { exitCodeOf, openPodShell } from '../../../../main/terminal/pod.ts';

let server: WebSocketServer;
let asked: string[];
/** What the container does with each command that is tried. */
let behave: (socket: WebSocket, command: string[]) => void;

const frame = (channel: number, text: string) => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const status = (text: object) => frame(3, JSON.stringify(text));

beforeEach(async () => {
  asked = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (offered) => [...offered][0] ?? false });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket, request) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(url.pathname);
    behave(socket, url.searchParams.getAll('command'));
  });
});

afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

function open() {
  const output: string[] = [];
  let exit: (value: { exitCode?: number; error?: Error }) => void = () => undefined;
  const exited = new Promise<{ exitCode?: number; error?: Error }>((resolve) => {
    exit = resolve;
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection: KubeConnection = {
    request: () => Promise.reject(new Error('not asked for')),
    socket: async (path) => ({ url: url + path, options: {} }),
  };
  const session = openPodShell({
    connection,
    namespace: 'default',
    pod: 'web',
    container: 'app',
    size: { columns: 80, rows: 24 },
    events: { onOutput: (data) => output.push(data), onExit: exit },
    signal: new AbortController().signal,
  });
  return { session, output, exited };
}

describe('a shell in a container', () => {
  test('passes on input, output, size and the exit code', async () => {
    const received: string[] = [];
    behave = (socket) => {
      socket.send(frame(1, '$ '));
      socket.on('message', (data: Buffer) => {
        received.push(`${data[0]}:${data.subarray(1)}`);
        if (data[0] !== 0) return;
        socket.send(
          status({
            status: 'Failure',
            reason: 'NonZeroExitCode',
            details: { causes: [{ reason: 'ExitCode', message: '3' }] },
          }),
        );
        socket.close();
      });
    };
    const { session, output, exited } = open();
    (await session).write('exit 3\n');
    expect(await exited).toEqual({ exitCode: 3 });
    expect(output).toEqual(['$ ']);
    expect(received).toEqual(['4:{"Width":80,"Height":24}', '0:exit 3\n']);
    expect(asked).toEqual(['/api/v1/namespaces/default/pods/web/exec']);
  });

  test('tries the next shell where one is not there', async () => {
    behave = (socket, [command]) => {
      if (command === 'bash') return socket.send(frame(1, 'bash# '));
      socket.send(status({ status: 'Failure', message: 'exec: "sh": executable file not found in $PATH' }));
      socket.close();
    };
    const { session, output } = open();
    (await session).close();
    expect(output).toEqual(['bash# ']);
  });

  test('says why where there is none at all', async () => {
    behave = (socket, [command]) => {
      socket.send(status({ status: 'Failure', message: `exec: "${command}": executable file not found in $PATH` }));
      socket.close();
    };
    await expect(open().session).rejects.toMatchObject({
      code: 'NoShell',
      message: expect.stringContaining('The container "app" has no shell'),
      hint: expect.stringContaining('built without one'),
    });
  });

  test('does not try other shells where the container is the problem', async () => {
    behave = (socket) => {
      socket.send(status({ status: 'Failure', message: 'container app is not running' }));
      socket.close();
    };
    await expect(open().session).rejects.toMatchObject({ message: 'container app is not running' });
    expect(asked).toHaveLength(1);
  });
});

test.each([
  [{ status: 'Success' as const }, 0],
  [{ status: 'Failure' as const }, undefined],
  [undefined, undefined],
])('the exit code of %j is %j', (given, code) => expect(exitCodeOf(given)).toBe(code));
