import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { ContainerProcess } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { type CommandClient, type CommandStatus, serveCommand } from '../../../../../agent/kubelet/server/command.ts';
import { parseCommandOptions } from '../../../../../agent/kubelet/server/command-options.ts';
import { parseSize } from '../../../../../agent/kubelet/server/resize.ts';
import { createLogger } from '../../../../../agent/log.ts';

const lines: string[] = [];
const log = createLogger('kubelet', (line) => void lines.push(line));

function aClient() {
  const leave = new AbortController();
  const statuses: CommandStatus[] = [];
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const client: CommandClient = {
    stdin,
    stdout,
    stderr,
    gone: leave.signal,
    onResize: () => undefined,
    finish: (status) => void statuses.push(status),
  };
  return { client, stdin, stdout, stderr, statuses, leave: () => leave.abort(new Error('left')) };
}

function aProcess() {
  const exit = Promise.withResolvers<{ exitCode: number }>();
  const calls: string[] = [];
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const process: ContainerProcess = {
    ...streams,
    exit: exit.promise,
    resize: async () => undefined,
    close: () => void calls.push('close'),
  };
  return { process, calls, ...streams, end: (exitCode: number) => exit.resolve({ exitCode }) };
}

test('the status comes after all output, even where the process has ended before it was read', async () => {
  const [client, process] = [aClient(), aProcess()];
  const served = serveCommand(client.client, async () => process.process, ['sh'], log);
  process.end(3);
  await Promise.resolve();
  expect(client.statuses).toEqual([]);
  process.stdout.end('late');
  process.stderr.end();
  expect(await text(client.stdout)).toBe('late');
  client.stderr.resume();
  await served;
  expect(client.statuses).toMatchObject([{ status: 'Failure', details: { causes: [{ message: '3' }] } }]);
  expect(process.calls).toEqual(['close']);
});

test('a client that leaves lets go of a process that goes on', async () => {
  const [client, process] = [aClient(), aProcess()];
  const served = serveCommand(client.client, async () => process.process, ['sleep', 'forever'], log);
  await Promise.resolve();
  client.leave();
  await served;
  expect(process.calls).toEqual(['close']);
});

test('a terminal that cannot be resized is told of', async () => {
  const [client, process] = [aClient(), aProcess()];
  const refusing = { ...process.process, resize: () => Promise.reject(new Error('no terminal')) };
  const resized = {
    ...client.client,
    onResize: (listen: (size: { width: number; height: number }) => void) => listen({ width: 80, height: 24 }),
  };
  const served = serveCommand(resized, async () => refusing, ['sh'], log);
  await expect.poll(() => lines.at(-1)).toContain('Cannot resize the terminal width=80 height=24 error="no terminal"');
  client.leave();
  await served;
});

test('an attach succeeds whatever the exit code', async () => {
  const [client, process] = [aClient(), aProcess()];
  process.stdout.end();
  process.stderr.end();
  process.end(137);
  client.stdout.resume();
  client.stderr.resume();
  await serveCommand(client.client, async () => process.process, undefined, log);
  expect(client.statuses).toEqual([{ metadata: {}, status: 'Success' }]);
});

test('a command that cannot be started is an internal error with its reason', async () => {
  const client = aClient();
  await serveCommand(client.client, () => Promise.reject(new Error('no such file')), ['x'], log);
  expect(client.statuses).toMatchObject([
    {
      reason: 'InternalError',
      code: 500,
      message: 'Internal error occurred: error executing command in container: no such file',
    },
  ]);
});

test.each([
  ['input=1&output=1&error=1', { stdin: true, stdout: true, stderr: true, tty: false }],
  ['stdin=true&stdout=true&stderr=true&tty=true', { stdin: true, stdout: true, stderr: false, tty: true }],
  ['output=1&input=0', { stdin: false, stdout: true, stderr: false, tty: false }],
])('the query %s asks for those streams', (query, expected) => {
  expect(parseCommandOptions(new URLSearchParams(query))).toEqual(expected);
});

test('a command without any stream is refused', () => {
  expect(() => parseCommandOptions(new URLSearchParams('tty=1'))).toThrow(
    'you must specify at least 1 of stdin, stdout, stderr',
  );
});

test.each([
  ['{"Width":80,"Height":24}', { width: 80, height: 24 }],
  ['{"Height": 5, "Width": 7}\n', { width: 7, height: 5 }],
  ['{"Width":80}', undefined],
  ['nonsense', undefined],
])('the size %s is read', (size, expected) => {
  expect(parseSize(size)).toEqual(expected);
});
