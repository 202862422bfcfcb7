/** A boot that is cancelled or fails says why, and takes back all that it did. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tarOf } from '../../main/cluster/image/layer.ts';
import { chooseSubnet, hostAddress, takenRanges } from '../../main/cluster/subnet.ts';
import type { Engine } from '../../main/engine/engine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { buildTestImages } from '../images/build.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type SkiffResult, TestCluster } from './harness.ts';
import { startRefusingEngine } from './refusing-engine.ts';

const theirs = 'apiVersion: v1\nkind: Config\ncurrent-context: ""\nclusters: []\ncontexts: []\nusers: []\n';
const undo: (() => Promise<unknown>)[] = [];

let engine: Engine;

/** A profile that is deleted after the test, whatever came of it. */
async function newCluster(profile: string): Promise<TestCluster> {
  const cluster = new TestCluster(profile);
  await cluster.clear();
  writeFileSync(cluster.kubeconfig, theirs);
  undo.push(() => cluster.delete());
  return cluster;
}

/**
 * Ctrl-C once the boot has said `after`; a busy machine may be so late with it that the boot is over, which is undone
 * with `back` and tried again.
 */
async function interrupted(cluster: TestCluster, after: string, back: string, attempts = 5): Promise<SkiffResult> {
  const boot = cluster.run('start', '--wait');
  await boot.said(after);
  boot.process.kill('SIGINT');
  const result = await boot.result;
  if (result.code !== 0 || attempts === 1) return result;
  await cluster.skiff(back);
  return interrupted(cluster, after, back, attempts - 1);
}

async function expectNothingLeft(cluster: TestCluster, others: string[] = []): Promise<void> {
  expect(await cluster.footprint()).toEqual(others);
  expect(existsSync(cluster.files)).toBe(false);
  expect(readFileSync(cluster.kubeconfig, 'utf8')).toBe(theirs);
}

beforeAll(async () => {
  await buildTestImages();
  const found = await findEngine();
  if (!found.engine) throw new Error('no engine');
  engine = found.engine;
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe('Ctrl-C', () => {
  const moments = [
    ['while the profile is prepared', '✓ Prepare the node image'],
    ['while the nodes are made', '✓ Create the network'],
    ['while the API server starts', '✓ Start the nodes'],
    ['while the nodes join', '✓ Write the kubeconfig'],
  ];
  it.each(moments)('undoes a boot %s', async (_, after) => {
    const cluster = await newCluster('boot-cancelled');
    const { code, stdout, stderr } = await interrupted(cluster, after, 'delete');
    expect(stderr).toContain('cancelling');
    expect(stderr).toMatch(/error: cancelled while: /);
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    await expectNothingLeft(cluster);
  });

  it('leaves a cluster that was stopped before as it was', async () => {
    const cluster = await newCluster('boot-resumed');
    await cluster.start();
    await cluster.skiff('stop');
    const before = await cluster.footprint();
    expect(await interrupted(cluster, '✓ Start the nodes', 'stop')).toMatchObject({ code: 130 });
    expect(await cluster.footprint()).toEqual(before);
    expect(JSON.parse((await cluster.skiff('status', '-o', 'json')).stdout)).toMatchObject({ state: 'stopped' });
    expect((await cluster.start('--wait')).stdout).toContain('(running)');
  });
});

describe('a boot that fails', () => {
  it('names a container that is in its way, and leaves that alone', async () => {
    const cluster = await newCluster('boot-container');
    const id = await engine.create({ name: 'skiff-boot-container-worker', Image: 'busybox:1', Labels: {} });
    undo.push(() => engine.remove(id));
    const { code, stderr } = await cluster.skiff('start');
    expect(code).toBe(1);
    expect(stderr).toContain('✗ Start the nodes');
    expect(stderr).toContain("a container named skiff-boot-container-worker is there already, and is not Skiff's");
    expect(stderr).toContain('command: docker create --name skiff-boot-container-worker');
    expect(stderr).toContain('what to do: Remove or rename it, or start another profile.');
    await expectNothingLeft(cluster, ['container /skiff-boot-container-worker']);
    expect((await engine.inspect(id))?.Id).toBe(id);
  });

  it('names a volume that is in its way, and leaves that alone', async () => {
    const cluster = await newCluster('boot-volume');
    await engine.volume('skiff-boot-volume-worker2', {});
    undo.push(() => engine.removeVolume('skiff-boot-volume-worker2'));
    const { code, stderr } = await cluster.skiff('start');
    expect(code).toBe(1);
    expect(stderr).toContain("a volume named skiff-boot-volume-worker2 is there already, and is not Skiff's");
    expect(stderr).toContain('what to do: Remove it (`docker volume rm skiff-boot-volume-worker2`)');
    await expectNothingLeft(cluster, ['volume skiff-boot-volume-worker2']);
  });

  it('names a network that is in its way, and leaves that alone', async () => {
    // Of this run alone: engines take several networks of one name, and then know none of them by it.
    const cluster = await newCluster(`boot-network-${process.pid}`);
    const network = `skiff-${cluster.profile}`;
    await engine.createNetwork({ Name: network, Driver: 'bridge' });
    undo.push(() => engine.removeNetwork(network));
    const { code, stderr } = await cluster.skiff('start');
    expect(code).toBe(1);
    expect(stderr).toContain('✗ Create the network');
    expect(stderr).toContain(`a network named ${network} is there already, and is not Skiff's`);
    expect(stderr).toContain(`what to do: Remove it (\`docker network rm ${network}\`)`);
    await expectNothingLeft(cluster, [`network ${network}`]);
  });

  it('hands on what the engine refused, and how to put it right', async () => {
    const cluster = await newCluster('boot-refused');
    mkdirSync(cluster.files);
    const refusing = await startRefusingEngine(join(cluster.home, 'engine.sock'), {
      method: 'POST',
      path: /\/containers\/skiff-boot-refused-worker\/start/,
      message: 'driver failed: write /var/lib/docker: no space left on device',
    });
    cluster.env.DOCKER_HOST = refusing.endpoint;
    undo.push(() => {
      delete cluster.env.DOCKER_HOST;
      return refusing.close();
    });
    const { code, stderr } = await cluster.skiff('start');
    expect(code).toBe(1);
    expect(stderr).toContain('✗ Start the nodes');
    expect(stderr).toContain('no space left on device');
    expect(stderr).toContain('command: docker start skiff-boot-refused-worker');
    expect(stderr).toContain('what to do: Free some space where the engine keeps its data');
    await expectNothingLeft(cluster);
  });

  it('does not begin where the kubeconfig could not be written in the end, and says so as data too', async () => {
    const cluster = await newCluster('boot-kubeconfig');
    writeFileSync(cluster.kubeconfig, 'clusters: [\n');
    const { code, stdout, stderr } = await cluster.skiff('start', '-o', 'json');
    expect(code).toBe(1);
    expect(stderr).toContain('✗ Prepare the profile');
    expect(stderr).not.toContain('Create the network');
    expect(JSON.parse(stdout)).toEqual({
      error: {
        step: 'Prepare the profile',
        code: 'KubeconfigUnparsable',
        message: expect.stringContaining(`${cluster.kubeconfig} is not a valid kubeconfig`),
        hint: expect.stringContaining('Correct it, or keep'),
        log: [],
      },
    });
    writeFileSync(cluster.kubeconfig, theirs);
    await expectNothingLeft(cluster);
  });

  it('refuses nodes that are larger than the machine', async () => {
    const cluster = await newCluster('boot-large');
    const { code, stderr } = await cluster.skiff('start', '--memory', '90000Gi');
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: Prepare the profile: a node of 90000 GiB is more than .* has: [\d.]+ GiB/);
    await expectNothingLeft(cluster);
  });

  it('shows the last lines of a control plane that does not come up, and stops it again', async () => {
    const cluster = await newCluster('boot-broken');
    await cluster.start();
    await cluster.skiff('stop');
    const rubbish = { path: '/var/lib/skiff/store/state.db', mode: 0o600, source: { text: 'rubbish\n'.repeat(1000) } };
    await engine.copyInto('skiff-boot-broken-control-plane', tarOf([rubbish]));
    const { code, stderr } = await cluster.skiff('start');
    expect(code).toBe(1);
    expect(stderr).toContain('✗ Wait for the API server');
    expect(stderr).toMatch(/last lines of the log:\n(.*\n)*.*supervise: the agent exited with 1/);
    expect(stderr).toContain('file is not a database');
    expect(stderr).toContain('error: Wait for the API server: the control plane ends again and again');
    expect(stderr).toContain('command: docker logs skiff-boot-broken-control-plane');
    expect(stderr).toContain('what to do: The cluster is stopped again, with all that is in it;');
    expect(JSON.parse((await cluster.skiff('status', '-o', 'json')).stdout)).toMatchObject({ state: 'stopped' });
  });
});

it('takes the next network where another start was faster', async () => {
  const cluster = await newCluster('boot-raced');
  mkdirSync(cluster.files);
  const refusing = await startRefusingEngine(join(cluster.home, 'engine.sock'), {
    method: 'POST',
    path: /\/networks\/create/,
    message: 'Pool overlaps with other one on this address space',
    times: 2,
  });
  cluster.env.DOCKER_HOST = refusing.endpoint;
  undo.push(() => {
    delete cluster.env.DOCKER_HOST;
    return refusing.close();
  });
  const taken = await takenRanges(engine, AbortSignal.timeout(10_000));
  const first = chooseSubnet(cluster.profile, taken);
  const second = chooseSubnet(cluster.profile, [...taken, first]);
  const third = chooseSubnet(cluster.profile, [...taken, first, second]);
  const { stdout } = await cluster.start('--nodes', '2', '--wait');
  expect(stdout).toContain('(running)');
  expect((await engine.network('skiff-boot-raced'))?.IPAM?.Config?.[0]?.Subnet).toBe(third);
  expect((await cluster.skiff('ip')).stdout).toBe(`${hostAddress(third, 2)}\n`);
  expect((await cluster.skiff('delete')).code).toBe(0);
});

unless(noKubectl).test(
  'moves the API server where its port was taken while it was stopped, and tells kubectl',
  async () => {
    const cluster = await newCluster('boot-port');
    await cluster.start();
    const status = async () => JSON.parse((await cluster.skiff('status', '-o', 'json')).stdout);
    const { server: before } = await status();
    await cluster.skiff('stop');
    const squatter = createServer().listen(Number(new URL(before).port), '127.0.0.1');
    undo.push(async () => squatter.close());
    const { stderr } = await cluster.start();
    expect(stderr).toContain('is taken by another program: the API server now uses port');
    const { server: after, state } = await status();
    expect(state).toBe('running');
    expect(after).not.toBe(before);
    const nodes = await cluster.kubectl(['--context', 'skiff-boot-port', 'get', 'nodes', '-o', 'name']);
    expect(nodes.trim().split('\n')).toHaveLength(3);
  },
);
