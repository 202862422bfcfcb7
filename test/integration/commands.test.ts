/** What commands answer about a cluster, where no engine is needed to ask. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { processStart } from '../../main/process-start.ts';
import { TestCluster } from '../cluster/harness.ts';
import { eventually } from '../cluster/lab.ts';
import { noPty } from '../no-pty.ts';
import { unless } from '../unless.ts';

const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'main/cli/bin.mjs');

const cluster = new TestCluster('asked');
cluster.env.SKIFF_ENGINE = 'none';

beforeAll(() => cluster.start('--runtime', 'simulated', '--nodes', '1'));
afterAll(() => cluster.delete());

test('a kubeconfig is the same as data', async () => {
  const [text, data] = await Promise.all([cluster.skiff('kubeconfig'), cluster.skiff('kubeconfig', '-o', 'json')]);
  expect(text.stdout).toMatch(/^apiVersion: v1\n/);
  expect(JSON.parse(data.stdout)).toEqual(parse(text.stdout));
});

test('a log has as many of its last lines as one asks for', async () => {
  const linesOf = async (count: string) => (await cluster.skiff('logs', '--tail', count)).stdout.split('\n').length - 1;
  expect(await Promise.all(['0', '1', '2'].map(linesOf))).toEqual([0, 1, 2]);
  const { code, stderr } = await cluster.skiff('logs', '--tail', 'all');
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('Give a number of lines') });
});

test.each(['ip', 'logs', 'kubeconfig', 'stop', 'service', 'node'])(
  '%s looks at nothing but profiles',
  async (command) => {
    const outside = new TestCluster('..');
    mkdirSync(outside.files);
    writeFileSync(join(outside.files, 'profile.json'), '{"name":"..","runtime":"simulated","nodes":[]}');
    const { code, stderr } = await outside.skiff(command);
    rmSync(outside.home, { recursive: true });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be the name of a profile'),
    });
  },
);

test('simulated nodes have no images to list, load or remove', async () => {
  for (const args of [['ls'], ['load', 'web.tar'], ['rm', 'web:1.0']]) {
    const { code, stderr } = await cluster.skiff('image', ...args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: simulated nodes run no images\n' });
  }
  const { code, stderr } = await cluster.skiff('image', 'nope');
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('simulated nodes run no images') });
});

/** As it is typed, without the profile's name behind it. */
const typed = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    env: cluster.env,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
};

test('which cluster and how to print may stand before the command; what stands behind it wins', () => {
  const after = typed('status', '--profile', 'asked', '-o', 'json');
  expect(JSON.parse(after.stdout)).toMatchObject({ profile: 'asked', state: 'running' });
  expect(typed('-p', 'asked', '-o', 'json', 'status')).toEqual(after);
  expect(typed('-p', 'other', '--output', 'json', 'status', '-p', 'asked')).toEqual(after);
});

test('help of a command that there is not is a mistake as the command itself is', () => {
  const mistake = { code: 1, stdout: '', stderr: expect.stringContaining("error: unknown command 'nope'") };
  expect(typed('nope')).toEqual(mistake);
  expect(typed('help', 'nope')).toEqual(mistake);
  expect(typed('help', 'stop')).toEqual({ code: 0, stderr: '', stdout: typed('stop', '--help').stdout });
});

test('a profile that cannot be deleted does not keep the others from it', async () => {
  const several = new TestCluster('several');
  several.env.SKIFF_ENGINE = 'none';
  await several.start('--runtime', 'simulated', '--nodes', '1');
  const lost = join(several.files, 'profiles/lost');
  mkdirSync(lost);
  const profile = { name: 'lost', runtime: 'docker', engine: 'unix:///nowhere/docker.sock', nodes: [] };
  writeFileSync(join(lost, 'profile.json'), JSON.stringify(profile));
  const { code, stdout, stderr } = await several.skiff('delete', '--all', '-o', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    deleted: ['several'],
    failed: [{ profile: 'lost', error: { code: 'EngineElsewhere' } }],
  });
  expect(stderr).toContain('error: Find the container engine: profile lost is on the engine at unix:///nowhere');
  expect(stderr).toContain('profile several:\n');
  expect(readdirSync(join(several.files, 'profiles'))).toEqual(['lost']);
  rmSync(several.home, { recursive: true });
});

/** A terminal that is closed as a window is: its process ends, and the system hangs up on whoever writes to it. */
function inTerminal(env: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  const program = `
    const { spawn } = require('node-pty');
    const { env, execPath } = process;
    spawn(execPath, ${JSON.stringify([command, ...args])}, { env }).onData((text) => process.stdout.write(text));`;
  return spawn(process.execPath, ['-e', program], { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

unless(noPty).test('a start whose terminal is closed is undone', async () => {
  const closed = new TestCluster('closed');
  closed.env.SKIFF_ENGINE = 'none';
  // Somebody else is writing the kubeconfig: so the start is still under way when its terminal goes.
  const lock = `${closed.env.KUBECONFIG}.lock`;
  writeFileSync(lock, '');
  const start = ['start', '--runtime', 'simulated', '--nodes', '1', '--profile', closed.profile];
  const terminal = inTerminal(closed.env, ...start);
  await new Promise<void>((resolve) =>
    terminal.stdout?.on('data', (text) => /Write the kubeconfig/.test(text) && resolve()),
  );
  const nodes = JSON.parse(readFileSync(join(closed.files, 'profiles/closed/simulated/process.json'), 'utf8'));
  terminal.kill('SIGKILL');
  await once(terminal, 'exit');
  rmSync(lock);
  await eventually(async () => {
    expect(await processStart(nodes.pid)).toBe(undefined);
    expect(existsSync(closed.files)).toBe(false);
  });
  rmSync(closed.home, { recursive: true });
});
