import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noPty } from '../../no-pty.ts';
import { withKubectls } from '../../obstacles.ts';
import { unless } from '../../unless.ts';
import { type StreamCluster, startStreamCluster } from './cluster.ts';
import { running, waiting } from './process-backend.ts';
import { run, start, startOnTerminal } from './run.ts';

let cluster: StreamCluster;
let web: Server;
let port: number;
const page = randomBytes(200_000).toString('hex');

beforeAll(async () => {
  cluster = await startStreamCluster();
  await cluster.addPod({
    name: 'web',
    podIP: '127.0.0.1',
    containers: [{ name: 'main', status: running('main', 'web-main') }],
  });
  await cluster.addPod({
    name: 'two',
    containers: [
      { name: 'a', status: running('a', 'two-a') },
      { name: 'b', status: waiting('b', 'ContainerCreating') },
    ],
  });
  await cluster.addPod({
    name: 'pending',
    unscheduled: true,
    containers: [{ name: 'main', status: waiting('main', 'Pending') }],
  });
  for (const line of ['one', 'two', 'three']) cluster.backend.log('web-main').append(line);
  web = createServer((request, response) => response.end(`${request.url}\n${page}`));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  port = (web.address() as AddressInfo).port;
});

afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await cluster.close();
});

withKubectls('streams', ({ path }) => {
  const kubectl = (...args: string[]): [string, string[], NodeJS.ProcessEnv] => [
    path,
    args,
    { ...process.env, KUBECONFIG: cluster.api.kubeconfig, HOME: cluster.folder },
  ];

  test('exec keeps stdout and stderr apart and ends with the exit code of the command', async () => {
    const result = await run(...kubectl('exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'));
    expect(result).toEqual({
      code: 7,
      stdout: Buffer.from('out\n'),
      stderr: 'err\ncommand terminated with exit code 7\n',
    });
  });

  test('exec carries five megabytes in and out unchanged', async () => {
    const bytes = randomBytes(5_000_000);
    const result = await run(...kubectl('exec', '-i', 'web', '--', 'cat'), bytes);
    expect(result.code).toBe(0);
    expect(result.stdout.equals(bytes)).toBe(true);
  });

  test('exec of a command that ends without reading its input ends too', async () => {
    const result = await run(...kubectl('exec', '-i', 'web', '--', 'true'), randomBytes(3_000_000));
    expect(result.code).toBe(0);
  });

  test('exec says why a command cannot be started', async () => {
    const result = await run(...kubectl('exec', 'web', '--', '/no/such/program'));
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('error executing command in container: spawn /no/such/program ENOENT');
  });

  unless(noPty).test('exec on a terminal passes the size of the terminal on, and its changes', async () => {
    const script =
      'until [ "$(stty size)" = "40 100" ]; do sleep 0.02; done; echo first; until [ "$(stty size)" = "50 120" ]; do sleep 0.02; done; echo second; read line; echo "got $line"; exit 3';
    const terminal = startOnTerminal(...kubectl('exec', '-it', 'web', '--', 'sh', '-c', script), 100, 40);
    await terminal.shows('first');
    terminal.resize(120, 50);
    await terminal.shows('second');
    terminal.write('words\r');
    await terminal.shows('got words');
    expect(await terminal.exit).toBe(3);
  });

  test('cp brings a file in and out unchanged', async () => {
    const folder = join(cluster.folder, randomBytes(4).toString('hex'));
    mkdirSync(join(folder, 'pod'), { recursive: true });
    const bytes = randomBytes(2_000_000);
    writeFileSync(join(folder, 'in'), bytes);
    const there = await run(...kubectl('cp', join(folder, 'in'), `web:${folder}/pod/copy`));
    expect(there.stderr).not.toContain('error');
    const back = await run(...kubectl('cp', `web:${folder}/pod/copy`, join(folder, 'out')));
    expect([there.code, back.code]).toEqual([0, 0]);
    expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
  });

  test('attach reaches the process of the container', async () => {
    cluster.backend.run('web-main', ['sh', '-c', 'read line; echo "attached $line"'], false);
    const result = await run(...kubectl('attach', '-i', 'web'), Buffer.from('hello\n'));
    expect(result.stdout.toString()).toContain('attached hello\n');
    expect(result.code).toBe(0);
  });

  test('logs shows the log, its tail, and with timestamps', async () => {
    const all = await run(...kubectl('logs', 'web'));
    const tail = await run(...kubectl('logs', 'web', '--tail=1', '--timestamps'));
    expect(all.stdout.toString()).toBe('one\ntwo\nthree\n');
    expect(tail.stdout.toString()).toBe('2026-01-01T00:00:00.000000000Z three\n');
  });

  test('logs -f follows, and stops reading when the client leaves', async () => {
    const log = cluster.backend.log('two-a');
    const follower = start(...kubectl('logs', '-f', 'two', '-c', 'a', '--tail=1'));
    await expect.poll(() => log.readers()).toBe(1);
    const line = `line ${randomBytes(4).toString('hex')}`;
    log.append(line);
    await follower.shows(`${line}\n`);
    follower.kill();
    await expect.poll(() => log.readers()).toBe(0);
  });

  test('port-forward carries fifty connections at once', async () => {
    const forward = start(...kubectl('port-forward', 'web', `:${port}`));
    const [, local] = await forward.shows(/127\.0\.0\.1:(\d+)/);
    const fetched = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => (await fetch(`http://127.0.0.1:${local}/${index}`)).text()),
    );
    forward.kill();
    expect(fetched.every((text, index) => text === `/${index}\n${page}`)).toBe(true);
  });

  test('port-forward to a port that nobody listens on reports the refusal', async () => {
    const forward = start(...kubectl('port-forward', 'web', ':1'));
    const [, local] = await forward.shows(/127\.0\.0\.1:(\d+)/);
    await expect(fetch(`http://127.0.0.1:${local}/`)).rejects.toThrow();
    await forward.shows('error forwarding port 1 to pod default/web, uid ');
    forward.kill();
    expect(forward.output()).toContain('ECONNREFUSED');
  });

  test.each([
    ['exec', ['exec', 'two', '-c', 'zzz', '--', 'true'], 'container zzz is not valid for pod two'],
    ['exec', ['exec', 'two', '-c', 'b', '--', 'true'], 'unable to upgrade connection: container not found ("b")'],
    ['exec', ['exec', 'pending', '--', 'true'], 'pod pending does not have a host assigned'],
    ['logs', ['logs', 'two', '-c', 'b'], 'container "b" in pod "two" is waiting to start: ContainerCreating'],
    ['logs', ['logs', 'web', '-p'], 'previous terminated container "main" in pod "web" not found'],
    ['logs', ['logs', 'two', '-c', 'zzz'], 'container zzz is not valid for pod two'],
  ])('%s fails with the words of upstream: %s', async (_verb, args, message) => {
    const result = await run(...kubectl(...args));
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(1);
  });

  test('logs of a pod that is on no node yet are empty', async () => {
    expect(await run(...kubectl('logs', 'pending'))).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' });
  });
});
