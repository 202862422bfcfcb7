/** What the commands answer, for people and for scripts, with two profiles side by side. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { createMachine } from '../../main/cluster/machine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { buildTestImages } from '../images/build.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { TestCluster } from './harness.ts';
import { eventually } from './lab.ts';

const { describe, test: it } = unless(noKubectl);

/** They share a home and a kubeconfig, as a person's profiles do. */
const first = new TestCluster('commands-a');
const second = new TestCluster('commands-b');
Object.assign(second.env, first.env);

const json = async (cluster: TestCluster, ...args: string[]) => {
  const { code, stdout, stderr } = await cluster.skiff(...args, '-o', 'json');
  expect(stderr).not.toContain('error');
  return { code, value: JSON.parse(stdout) };
};

const context = { a: 'skiff-commands-a', b: 'skiff-commands-b' };

beforeAll(async () => {
  await buildTestImages();
  const starts = await Promise.all([first.start('--wait'), second.start('--nodes', '1', '--memory', '2Gi')]);
  for (const { stdout } of starts) expect(stdout).toContain('(running)');
});
afterAll(async () => {
  await second.skiff('delete');
  rmSync(second.home, { recursive: true, force: true });
  await first.delete();
});

describe('two profiles side by side', () => {
  const nodes = async (name: string) => {
    const names = await first.kubectl(['--context', name, 'get', 'nodes', '-o', 'name']);
    return names.trim().split('\n');
  };

  it('have nodes, networks and ports of their own', async () => {
    expect(await nodes(context.a)).toEqual([
      'node/skiff-commands-a-control-plane',
      'node/skiff-commands-a-worker',
      'node/skiff-commands-a-worker2',
    ]);
    expect(await nodes(context.b)).toEqual(['node/skiff-commands-b-control-plane']);
    const [a, b] = await Promise.all([json(first, 'status'), json(second, 'status')]);
    expect(a.value.server).not.toBe(b.value.server);
    expect(a.value.nodes[0].ip).not.toBe(b.value.nodes[0].ip);
  });

  it('do not stop one another', async () => {
    expect((await second.skiff('stop')).code).toBe(0);
    expect((await json(first, 'status')).value.state).toBe('running');
    const stopped = await json(second, 'status');
    expect(stopped).toMatchObject({
      code: 1,
      value: { state: 'stopped', nodes: [{ state: 'stopped', ready: false }] },
    });
    await second.start();
    expect((await json(second, 'status')).value.state).toBe('running');
  });

  it('are not made anew with another number of nodes', async () => {
    const { code, stderr } = await second.skiff('start', '--nodes', '4');
    expect(code).toBe(1);
    expect(stderr).toContain('profile commands-b has 1 node, not 4');
    expect(stderr).toContain('while it runs, `skiff node add --count 3 --profile commands-b` adds nodes');
    expect((await json(second, 'status')).value.state).toBe('running');
  });

  it('are operated on by one process at a time', async () => {
    // A whole start, so that it is not over before it is held.
    expect((await second.skiff('stop')).code).toBe(0);
    const running = second.run('start');
    await running.said('Find the container engine');
    // Held where it is, so that it cannot be done before the other one asks.
    running.process.kill('SIGSTOP');
    const { code, stderr } = await second.skiff('stop');
    const meanwhile = await json(second, 'status');
    running.process.kill('SIGCONT');
    expect(meanwhile.value).toMatchObject({
      state: 'starting',
      underWay: { operation: 'start', process: running.process.pid, step: { of: 8 } },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: profile commands-b is busy: start is running \(process \d+\)/);
    expect(stderr).toContain('what to do: Wait until it is done');
    expect((await running.result).code).toBe(0);
  });
});

describe('status', () => {
  it('tells people and scripts the same', async () => {
    const { code, value } = await json(first, 'status');
    expect(code).toBe(0);
    expect(value).toMatchObject({
      profile: 'commands-a',
      state: 'running',
      context: context.a,
      runtime: 'docker',
      kubernetesVersion: 'v1.36.3',
      unhealthyPods: 0,
      exposed: [],
    });
    expect(value.nodes.map(({ role, ready }: { role: string; ready: boolean }) => [role, ready])).toEqual([
      ['control-plane', true],
      ['worker', true],
      ['worker', true],
    ]);
    const { stdout } = await first.skiff('status');
    expect(stdout).toContain(`server    ${value.server}  Kubernetes v1.36.3\n`);
    expect(stdout).toMatch(/^node +skiff-commands-a-worker2 +worker +[\d.]+ +Ready$/m);
  });

  it('fails for a profile that is not there', async () => {
    const nobody = new TestCluster('commands-none');
    const { code, value } = await json(nobody, 'status');
    expect({ code, state: value.state, nodes: value.nodes }).toEqual({ code: 1, state: 'absent', nodes: [] });
    const what =
      'what to do: `skiff start --profile commands-none` makes it; `skiff status` lists the profiles that exist.';
    for (const command of ['ip', 'stop', 'kubeconfig', 'node', 'image', 'logs', 'service', 'shell']) {
      const { code: refused, stdout, stderr } = await nobody.skiff(command);
      expect([command, refused, stdout]).toEqual([command, 1, '']);
      expect(stderr).toBe(`error: there is no profile commands-none\n  ${what}\n`);
    }
    expect(existsSync(nobody.files)).toBe(false);
    rmSync(nobody.home, { recursive: true });
  });
});

it('node lists the nodes, image what their pods can use, logs what a node wrote', async () => {
  const { value: nodes } = await json(first, 'node');
  expect(nodes.map(({ name, ready }: { name: string; ready: boolean }) => [name, ready])).toEqual([
    ['skiff-commands-a-control-plane', true],
    ['skiff-commands-a-worker', true],
    ['skiff-commands-a-worker2', true],
  ]);
  expect((await first.skiff('node', 'list')).stdout).toMatch(/^skiff-commands-a-worker2 +worker +[\d.]+ +Ready$/m);
  const { value: images } = await json(first, 'image');
  const names = images.map(({ name }: { name: string }) => name);
  expect(names).toContain('web:1.0');
  expect(names.filter((name: string) => name.startsWith('skiff-node'))).toEqual([]);
  const { stdout } = await first.skiff('logs', 'worker2');
  expect(stdout).toContain('Registered the node node="skiff-commands-a-worker2"');
  const last = await first.skiff('logs', 'worker2', '--tail', '1');
  expect(stdout.endsWith(last.stdout)).toBe(true);
  expect(last.stdout.trimEnd()).not.toContain('\n');
  const other = await first.skiff('logs', 'worker9');
  expect(other.stderr).toContain('profile commands-a has no node worker9');
});

it('logs -f goes on until Ctrl-C', async () => {
  const following = first.run('logs', 'worker', '-f');
  let heard = '';
  following.process.stdout?.on('data', (chunk) => (heard += chunk));
  await eventually(() => expect(heard).toContain('Registered the node'));
  following.process.kill('SIGINT');
  const { code, stderr } = await following.result;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
});

it('service tells what is on localhost, and why a service is not', async () => {
  const expose = (...args: string[]) => first.kubectl(['--context', context.a, 'create', 'service', ...args]);
  await expose('nodeport', 'outside', '--tcp=80', '--node-port=30474');
  await expose('clusterip', 'inside', '--tcp=81');
  await eventually(async () => {
    const { value } = await json(first, 'service');
    expect(value).toEqual([
      { namespace: 'default', service: 'outside', port: 30474, protocol: 'TCP', url: 'http://127.0.0.1:30474' },
    ]);
  });
  expect(await first.skiff('service', 'outside', '--url')).toEqual({
    code: 0,
    stdout: 'http://127.0.0.1:30474\n',
    stderr: '',
  });
  const inside = await first.skiff('service', 'inside');
  expect(inside.code).toBe(1);
  expect(inside.stderr).toContain('service default/inside is of type ClusterIP, which answers inside the cluster only');
  expect(inside.stderr).toContain('port-forward service/inside 8080:81');
  expect((await first.skiff('service', 'nothing')).stderr).toContain('there is no service nothing');
  expect((await first.skiff('shell')).stderr).toContain('a shell needs a terminal');
});

it('a shell in a node ends with its signal, and what runs in it', async () => {
  const machine = createMachine({ env: first.env });
  const over = new AbortController();
  const ended = Promise.withResolvers<object>();
  const heard = Promise.withResolvers<void>();
  const events = {
    onOutput: (text: string) => text.includes('hi-2') && heard.resolve(),
    onExit: ended.resolve,
  };
  const node = 'skiff-commands-a-worker';
  const size = { columns: 80, rows: 24 };
  const shell = await machine.clusters.inside.nodeShell('commands-a', node, size, events, over.signal);
  shell.write('echo hi-$((1+1)); sleep 4321\n');
  await heard.promise;
  over.abort();
  expect(await ended.promise).toEqual({ exitCode: 129 });
  expect(execFileSync('docker', ['top', node, '-eo', 'pid,args'], { encoding: 'utf8' })).not.toContain('sleep 4321');
  machine.close();
});

it('ip prints the address of any node', async () => {
  const { value } = await json(first, 'status');
  expect((await first.skiff('ip')).stdout).toBe(`${value.nodes[0].ip}\n`);
  expect((await first.skiff('ip', '--node', 'skiff-commands-a-worker2')).stdout).toBe(`${value.nodes[2].ip}\n`);
  expect((await first.skiff('ip', '--node', 'other')).code).toBe(1);
  expect((await json(first, 'ip')).value).toEqual({ node: 'skiff-commands-a-control-plane', ip: value.nodes[0].ip });
});

it('kubeconfig prints one that works by itself', async () => {
  const { stdout, code } = await second.skiff('kubeconfig');
  expect(code).toBe(0);
  const file = join(second.home, 'alone');
  writeFileSync(file, stdout, { mode: 0o600 });
  expect(await second.kubectl(['--kubeconfig', file, 'get', '--raw', '/readyz'])).toBe('ok');
});

it('context lists the contexts and switches between them', async () => {
  const current = (name: string) =>
    [context.a, context.b].map((each) => `${each === name ? '*' : ' '} ${each}`).join('\n');
  const sorted = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .sort((a, b) => a.slice(2).localeCompare(b.slice(2)))
      .join('\n');
  expect((await first.skiff('context', 'use', context.a)).code).toBe(0);
  expect(sorted((await first.skiff('context', 'list')).stdout)).toBe(current(context.a));
  // Without a name, the profile's own.
  expect(sorted((await second.skiff('context', 'use')).stdout)).toBe(current(context.b));
  expect((await json(first, 'context')).value).toContainEqual({
    name: context.b,
    cluster: context.b,
    namespace: 'default',
    current: true,
    profile: 'commands-b',
  });
  const before = readFileSync(first.kubeconfig, 'utf8');
  const unknown = await first.skiff('context', 'use', 'nowhere');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('nowhere');
  expect(readFileSync(first.kubeconfig, 'utf8')).toBe(before);
});

describe('doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { code, value } = await json(first, 'doctor');
    expect(code).toBe(0);
    expect(value).toContainEqual({ check: 'profile commands-a', outcome: 'ok', message: 'running, 3 nodes' });
    expect(value.map(({ outcome }: { outcome: string }) => outcome)).not.toContain('failed');
  });

  it('names a lock of the kubeconfig that was left behind, and what removes it', async () => {
    const locked = new TestCluster('commands-locked');
    const lock = `${locked.kubeconfig}.lock`;
    writeFileSync(lock, '');
    utimesSync(lock, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
    const { code, stdout } = await locked.skiff('doctor');
    expect(code).toBe(1);
    expect(stdout).toContain(`✗ kubeconfig: ${lock} was left behind`);
    expect(stdout).toContain(`fix: rm ${lock}`);
    rmSync(locked.home, { recursive: true });
  });

  it('names a profile of which nothing is left but a volume', async () => {
    const { engine } = await findEngine();
    const volume = 'skiff-commands-lost-worker';
    await engine?.volume(volume, { 'dev.skiff.profile': 'commands-lost' });
    const { value } = await json(first, 'doctor');
    await engine?.removeVolume(volume);
    expect(value).toContainEqual({
      check: 'profile commands-lost',
      outcome: 'warning',
      message: expect.stringContaining('the engine has its containers, networks or volumes'),
      fix: expect.stringContaining('skiff delete --profile commands-lost'),
    });
  });

  it('names a kubeconfig that does not parse, and fails', async () => {
    const broken = new TestCluster('commands-broken');
    mkdirSync(dirname(broken.kubeconfig), { recursive: true });
    writeFileSync(broken.kubeconfig, 'clusters: [');
    const { code, stdout } = await broken.skiff('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ kubeconfig: .*kubeconfig/m);
    expect(stdout).toContain('fix: ');
    rmSync(broken.home, { recursive: true });
  });
});

it('engine tells which one is used', async () => {
  const { code, value } = await json(first, 'engine');
  expect(code).toBe(0);
  expect(value).toMatchObject({ found: true, endpoint: expect.stringMatching(/^(unix|npipe|tcp):/) });
});

it('a mistake in the arguments is explained', async () => {
  const { code, stderr } = await first.skiff('start', '--nodes', 'many');
  expect(code).toBe(1);
  expect(stderr).toContain(
    "error: option '-n, --nodes <count>' argument 'many' is invalid. Give a number of nodes from 1 to 1000, e.g. 3",
  );
});
