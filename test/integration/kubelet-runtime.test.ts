/**
 * One suite for both runtimes; what only a real engine can do is tried on Docker alone, with an image made from
 * busybox.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import { createDockerRuntime } from '../../agent/kubelet/runtime/docker/docker.ts';
import type { ContainerConfig, ImageChange, Runtime, RuntimeEvent } from '../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../agent/kubelet/runtime/simulated/simulated.ts';
import { createLogger } from '../../agent/log.ts';
import { aContainerConfig } from '../builders/container-config.ts';
import { noEngineClient } from '../obstacles.ts';
import { unless } from '../unless.ts';

const log = createLogger('kubelet', () => {});
const socket = process.env.DOCKER_HOST ?? '/var/run/docker.sock';
const image = 'skiff-test-busybox:1';

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A root with busybox and the libraries it links to. */
function importImage(): void {
  const root = mkdtempSync(join(tmpdir(), 'skiff-root-'));
  const libraries = run('ldd', '/bin/busybox').match(/\/lib\S+/g) ?? [];
  for (const file of ['/bin/busybox', ...libraries]) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  for (const applet of ['sh', 'sleep', 'echo', 'cat', 'stty']) symlinkSync('busybox', join(root, 'bin', applet));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nweb:x:1000:1001::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nweb:x:1001:\nlab:x:50000:web\n');
  run('sh', '-c', `tar -C ${root} -c . | docker import -c 'ENV PATH=/bin' - ${image}`);
  rmSync(root, { recursive: true });
}

const noEngine = noEngineClient();
const profile = `test-${createHash('sha256').update(String(process.pid)).digest('hex').slice(0, 8)}`;
const signal = AbortSignal.timeout(300_000);
const pod = { name: 'p', namespace: 'ns', uid: profile };

const container = (name: string, args: string[], more: Partial<ContainerConfig> = {}): ContainerConfig =>
  aContainerConfig({
    pod,
    name,
    image,
    command: args,
    env: [{ name: 'GREETING', value: 'hello' }],
    oomScoreAdj: 1000,
    ...more,
  });

async function sandboxIn(runtime: Runtime, uid: string) {
  const sandbox = await runtime.createSandbox(
    {
      ...pod,
      uid,
      podLabels: {},
      annotations: {},
      hostname: 'p',
      labels: {},
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      sysctls: {},
      mounts: [],
      attempt: 0,
    },
    signal,
  );
  return runtime.startSandbox(sandbox.id, signal);
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const docker = (): Runtime =>
  createDockerRuntime({
    profile,
    node: 'n',
    sandboxImage: image,
    nodeNetworkMode: 'host',
    socket,
    clock: systemClock,
    log,
  });

const simulated = (): Runtime => createSimulatedRuntime({ clock: systemClock });

beforeAll(() => {
  if (!noEngine) importImage();
});
afterAll(() => {
  if (noEngine) return;
  // Podman removes no sandbox before its containers.
  for (const type of ['container', 'podsandbox']) {
    const labels = [`dev.skiff.profile=${profile}`, `io.kubernetes.docker.type=${type}`];
    const left = run('docker', 'ps', '-aq', ...labels.flatMap((label) => ['--filter', `label=${label}`]));
    const ids = left.split('\n').filter(Boolean);
    if (ids.length > 0) run('docker', 'rm', '-f', ...ids);
  }
  run('docker', 'rmi', image);
});

function everyRuntime(create: () => Runtime): void {
  test('takes a container from creation to removal, with events', async () => {
    const runtime = create();
    const events: RuntimeEvent[] = [];
    const stop = new AbortController();
    const listening = (async () => {
      for await (const event of runtime.events(stop.signal)) events.push(event);
    })();
    const sandbox = await sandboxIn(runtime, `${profile}-life`);
    expect(sandbox.state).toBe('ready');
    const resources = { cpuRequest: 100, memoryLimit: 32 * 2 ** 20 };
    const id = await runtime.createContainer(sandbox, container('c', ['sleep', '1000'], { resources }), signal);
    expect(await runtime.inspect(id, signal)).toMatchObject({
      type: 'container',
      container: { state: 'created', attempt: 0, name: 'c', resources },
    });
    await runtime.startContainer(id, signal);
    expect((await runtime.listContainers(signal)).find((one) => one.id === id)?.state).toBe('running');
    const larger = { cpuRequest: 200, cpuLimit: 400, memoryLimit: 64 * 2 ** 20 };
    await runtime.updateContainer(id, larger, signal);
    expect(await runtime.inspect(id, signal)).toMatchObject({ container: { state: 'running', resources: larger } });
    await runtime.stopContainer(id, 0, signal);
    expect(await runtime.inspect(id, signal)).toMatchObject({ container: { state: 'exited', exitCode: 137 } });
    await runtime.removeContainer(id, signal);
    await runtime.stopSandbox(sandbox.id, signal);
    await runtime.removeSandbox(sandbox.id, signal);
    expect(await runtime.inspect(id, signal)).toBeUndefined();
    await expect
      .poll(() => events.filter((event) => event.id === id).map(({ type }) => type))
      .toEqual(['started', 'died', 'removed']);
    stop.abort();
    await listening;
  });
}

describe('the simulated runtime', () => everyRuntime(simulated));
unless(noEngine).describe('the docker runtime', () => everyRuntime(docker));

unless(noEngine).describe('on a real engine', () => {
  // The engine reads stdout and stderr apart, so only time puts them in order.
  test('logs are demultiplexed, cut and stamped', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-logs`);
    const id = await runtime.createContainer(
      sandbox,
      container('l', ['sh', '-c', 'echo $GREETING; sleep 0.2; echo two >&2; exit 3']),
      signal,
    );
    await runtime.startContainer(id, signal);
    const options = { follow: false, timestamps: false };
    expect(await text(runtime.logs(id, { ...options, follow: true }, signal))).toBe('hello\ntwo\n');
    expect(await text(runtime.logs(id, { ...options, tailLines: 1 }, signal))).toBe('two\n');
    expect(await text(runtime.logs(id, { ...options, limitBytes: 3 }, signal))).toBe('hel');
    expect(await text(runtime.logs(id, { ...options, timestamps: true, tailLines: 1 }, signal))).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z two\n$/,
    );
    await expect.poll(() => runtime.inspect(id, signal)).toMatchObject({ container: { exitCode: 3, state: 'exited' } });
  });

  test('a container has the groups of its image or not, as its pod asks', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-groups`);
    const { security } = container('g', []);
    const identity = async (name: string, more: Partial<ContainerConfig['security']>) => {
      const asked = { security: { ...security, groups: ['4000'], ...more } };
      const id = await runtime.createContainer(sandbox, container(name, ['cat', '/proc/self/status'], asked), signal);
      await runtime.startContainer(id, signal);
      const log = await text(runtime.logs(id, { follow: true, timestamps: false }, signal));
      const numbers = (line: string) =>
        (new RegExp(`^${line}:(.*)$`, 'm').exec(log)?.[1] ?? '').trim().split(/\s+/).map(Number);
      const [uid, gid] = [numbers('Uid')[0], numbers('Gid')[0]];
      const groups = [...new Set([Number(gid), ...numbers('Groups')])].sort((a, b) => a - b);
      expect(await runtime.inspect(id, signal)).toMatchObject({ container: { user: { uid, gid, groups } } });
      return [uid, gid, groups];
    };
    const ignored = { imageGroups: 'ignored' } as const;
    expect(await identity('named', { user: '1000:3000' })).toEqual([1000, 3000, [3000, 4000, 50000]]);
    expect(await identity('image', { user: '1000' })).toEqual([1000, 1001, [1001, 4000, 50000]]);
    expect(await identity('strict', { user: '1000', ...ignored })).toEqual([1000, 1001, [1001, 4000]]);
    expect(await identity('both', { user: 'web:3000', ...ignored })).toEqual([1000, 3000, [3000, 4000]]);
    expect(await identity('root', {})).toEqual([0, 0, [0, 4000]]);
  });

  test('what a container uses is measured, also in the network of a sandbox', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-stats`);
    const id = await runtime.createContainer(sandbox, container('m', ['sleep', '1000']), signal);
    await runtime.startContainer(id, signal);
    const measured = (await runtime.stats(signal)).find((one) => one.id === id);
    expect(measured?.processes).toBe(1);
    expect(measured?.memoryUsage).toBeGreaterThan(0);
  });

  test('exec keeps the streams apart and reports the exit code', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-exec`);
    const id = await runtime.createContainer(sandbox, container('e', ['sleep', '1000']), signal);
    await runtime.startContainer(id, signal);
    const running = await runtime.exec(
      id,
      { command: ['sh', '-c', 'cat; echo err >&2; exit 7'], stdin: true, tty: false },
      signal,
    );
    running.stdin.end('typed');
    expect(await Promise.all([text(running.stdout), text(running.stderr), running.exit])).toEqual([
      'typed',
      'err\n',
      { exitCode: 7 },
    ]);
    const terminal = await runtime.exec(
      id,
      { command: ['sh', '-c', 'read line; stty size'], stdin: true, tty: true },
      signal,
    );
    await terminal.resize(101, 33);
    terminal.stdin.write('go\n');
    expect(await text(terminal.stdout)).toContain('33 101');
  });

  test('a command that takes too long, and one whose client is gone, leave no process', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-late`);
    const id = await runtime.createContainer(sandbox, container('l', ['sleep', '1000']), signal);
    await runtime.startContainer(id, signal);
    const programs = () =>
      run('docker', 'top', id, '-eo', 'pid,args')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().replace(/^\d+ +/, ''));
    const leaving = ['sh', '-c', 'sleep 777 & sh -c "sleep 777; true"; true'];

    await expect(runtime.execSync(id, { command: leaving, timeout: 300 }, signal)).rejects.toThrow(
      'command "sh -c sleep 777 & sh -c \\"sleep 777; true\\"; true" timed out',
    );
    await expect.poll(programs).toEqual(['sleep 1000']);

    const client = new AbortController();
    const hook = runtime.execSync(id, { command: leaving }, client.signal);
    await expect.poll(programs).toContain('sleep 777');
    client.abort(new Error('the pod is gone'));
    await expect(hook).rejects.toThrow('the pod is gone');
    await expect.poll(programs).toEqual(['sleep 1000']);

    for (const tty of [false, true]) {
      const left = new AbortController();
      const command = tty ? ['sleep', '777'] : leaving;
      const running = await runtime.exec(id, { command, stdin: true, tty }, left.signal);
      running.stdout.on('error', () => undefined);
      await expect.poll(programs).toContain('sleep 777');
      left.abort(new Error('left'));
      await expect.poll(programs).toEqual(['sleep 1000']);
    }
  });

  test('a command that ends in time has its exit code and the beginning of its output, with no limit or with one', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-sync`);
    const id = await runtime.createContainer(sandbox, container('s', ['sleep', '1000']), signal);
    await runtime.startContainer(id, signal);
    const command = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
    for (const more of [{}, { timeout: 60_000 }]) {
      const { exitCode, output } = await runtime.execSync(id, { command, ...more }, signal);
      expect([exitCode, output.split('\n').sort()]).toEqual([3, ['', 'err', 'out']]);
    }
  });

  test('a container that ignores its stop signal is killed at its time, to the fraction of a second', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-stop`);
    const command = ['sh', '-c', 'trap "" TERM; while true; do sleep 1000; done'];
    const id = await runtime.createContainer(sandbox, container('t', command), signal);
    await runtime.startContainer(id, signal);
    await runtime.stopContainer(id, 0.3, signal);
    expect(await runtime.inspect(id, signal)).toMatchObject({ container: { state: 'exited', exitCode: 137 } });
  });

  test('an event says who started a container and how it ended, unless memory may have run out', async () => {
    const runtime = docker();
    const events: RuntimeEvent[] = [];
    const stop = new AbortController();
    const listening = (async () => {
      for await (const event of runtime.events(stop.signal)) events.push(event);
    })();
    const sandbox = await sandboxIn(runtime, `${profile}-ends`);
    const id = await runtime.createContainer(sandbox, container('d', ['sh', '-c', 'read line; exit 3']), signal);
    await runtime.startContainer(id, signal);
    await runtime.stopSandbox(sandbox.id, signal);
    const told = (one: string) =>
      events.filter((event) => event.id === one).map(({ type, own, end }) => ({ type, own, end }));
    await expect.poll(() => told(id).length + told(sandbox.id).length).toBe(4);
    const end = { exitCode: 3, finishedAt: expect.any(Number) };
    expect(told(id)).toEqual([
      { type: 'started', own: true },
      { type: 'died', end },
    ]);
    expect(told(sandbox.id)).toEqual([{ type: 'started', own: true }, { type: 'died' }]);
    const [finished = 0] = events.flatMap((event) => (event.end ? [event.end.finishedAt] : []));
    const object = await runtime.inspect(id, signal);
    expect(object?.type === 'container' && Math.abs(object.container.finishedAt - finished)).toBeLessThan(60_000);
    stop.abort();
    await listening;
  });

  test('attaching to what has ended is refused, where the engine would wait for it to start', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-attach`);
    const id = await runtime.createContainer(sandbox, container('a', ['sh', '-c', 'exit 0']), signal);
    await runtime.startContainer(id, signal);
    await expect.poll(() => runtime.inspect(id, signal)).toMatchObject({ container: { state: 'exited' } });
    await expect(runtime.attach(id, { stdin: false, tty: false }, signal)).rejects.toThrow(
      'container is in CONTAINER_EXITED state',
    );
  });

  test('a command that is not there is a start failure with the engine’s words', async () => {
    const runtime = docker();
    const sandbox = await sandboxIn(runtime, `${profile}-fail`);
    const id = await runtime.createContainer(sandbox, container('x', ['/nope']), signal);
    await expect(runtime.startContainer(id, signal)).rejects.toThrow('/nope');
    expect(await runtime.inspect(id, signal)).toMatchObject({ container: { state: 'exited', startedAt: 0 } });
  });

  test('an image goes by its name, but not while anybody has a container of it', async () => {
    const runtime = docker();
    const name = `skiff-test-unused-${profile}:1`;
    const stop = new AbortController();
    const changes: ImageChange[] = [];
    const listening = (async () => {
      for await (const change of runtime.imageChanges(stop.signal)) changes.push(change);
    })();
    // The engine takes requests in order; the calls below keep this process from sending any.
    await runtime.version(signal);
    run('sh', '-c', `docker export $(docker create --name ${profile}-files ${image} true) | docker import - ${name}`);
    run('docker', 'rm', `${profile}-files`);
    const container = run('docker', 'create', name, 'true').trim();
    const id = run('docker', 'image', 'inspect', '-f', '{{.Id}}', name).trim();
    expect([...(await runtime.imagesInUse(signal))]).toContain(id);
    expect(await runtime.removeImage(`docker.io/library/${name}`, signal)).toBe('in use');
    run('docker', 'rm', container);
    expect([...(await runtime.imagesInUse(signal))]).not.toContain(id);
    expect(await runtime.removeImage(`docker.io/library/${name}`, signal)).toBe('removed');
    expect(await runtime.removeImage(`docker.io/library/${name}`, signal)).toBe('not found');
    const ofImage = () => changes.filter(({ images }) => images.includes(id)).map(({ kind }) => kind);
    await expect.poll(ofImage).toEqual(expect.arrayContaining(['wanted', 'removed']));
    stop.abort();
    await listening;
  });
});
