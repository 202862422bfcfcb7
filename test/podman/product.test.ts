/** A cluster on Podman, from its start to its end. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webService } from '../builders/web-service.ts';
import { TestCluster } from '../cluster/harness.ts';
import type { RunOptions } from '../cluster/kubectl.ts';
import { eventually, page } from '../cluster/lab.ts';
import { podManifest } from '../cluster/pods.ts';
import { buildTestImages } from '../images/build.ts';
import { unless } from '../unless.ts';

const nodePort = 30474;

const manifests = webService({ replicas: 2, nodePort });

const sized = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
/** The limits of its own group, of either version of control groups: memory in bytes, microseconds of 100 ms. */
const readLimits =
  'cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us 2>/dev/null || cat memory.max cpu.max';

const noPodman =
  process.env.SKIFF_OWN_ENGINE === 'podman' ? undefined : 'only test/engine/own-engine.mjs has a Podman for it';

unless(noPodman).describe('a cluster on Podman', () => {
  let cluster: TestCluster;
  const kubectl = (args: string[], options?: RunOptions) => cluster.kubectl(args, options);
  const skiff = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.skiff(...args);
    if (code !== 0) throw new Error(`skiff ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const works = () =>
    eventually(async () => {
      expect(await page(nodePort)).toContain('version 1');
      expect(await kubectl(['exec', 'client', '--', 'curl', '-sm', '3', 'http://web'])).toContain('version 1');
    }, 60);

  beforeAll(async () => {
    cluster = new TestCluster('podman');
    await buildTestImages();
    await cluster.start('--nodes', '2', '--wait');
    const client = { image: 'client:1', command: ['sleep', '100000'], resources: sized('200m', '64Mi') };
    await kubectl(['apply', '-f', '-'], { input: manifests });
    await kubectl(['apply', '-f', '-'], { input: podManifest('client', { containers: [client] }) });
    await kubectl(['wait', '--for=condition=Ready', 'pod/client', '--timeout=60s']);
  });
  afterAll(() => cluster?.delete());

  it('says which engine its nodes run on', async () => {
    expect(
      await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}']),
    ).toMatch(/^podman:\/\/\S+ podman:\/\/\S+$/);
  });

  it('serves pods by name within and on localhost', works);

  it('passes on input, output, logs and exit codes', async () => {
    expect(await kubectl(['exec', '-i', 'client', '--', 'cat'], { input: 'hello' })).toBe('hello');
    await expect(kubectl(['exec', 'client', '--', 'sh', '-c', 'exit 7'])).rejects.toThrow('exit code 7');
    expect(await kubectl(['logs', 'deployment/web'])).toContain('start worker process');
  });

  it('changes the limits of a running container', async () => {
    const patch = JSON.stringify({ spec: { containers: [{ name: 'c', resources: sized('300m', '96Mi') }] } });
    await kubectl(['patch', 'pod', 'client', '--subresource', 'resize', '--patch', patch]);
    await eventually(async () => {
      const [memory, quota] = (await kubectl(['exec', 'client', '--', 'sh', '-c', readLimits])).split(/\s+/);
      expect([memory, quota]).toEqual([String(96 * 2 ** 20), '30000']);
    }, 30);
    const status = await kubectl(['get', 'pod', 'client', '-o', 'jsonpath={.status}']);
    const { conditions, containerStatuses } = JSON.parse(status);
    expect(conditions.filter(({ type }: { type: string }) => type.startsWith('PodResize'))).toEqual([]);
    expect(containerStatuses).toMatchObject([{ resources: sized('300m', '96Mi'), restartCount: 0 }]);
  });

  it('lists, builds and removes images, which pods can use at once', async () => {
    const folder = join(cluster.home, 'context');
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM busybox:1\nRUN echo built > /said\nCMD ["cat", "/said"]\n');
    await skiff('image', 'build', '-t', 'said:1', folder);
    expect(await skiff('image', 'ls')).toMatch(/said:1/);
    await kubectl(['run', 'said', '--image=said:1', '--restart=Never']);
    await eventually(async () => expect(await kubectl(['logs', 'said'])).toBe('built\n'), 30);
    await kubectl(['delete', 'pod', 'said']);
    await skiff('image', 'rm', 'said:1');
    expect(await skiff('image', 'ls')).not.toMatch(/said:1/);
  });

  it('gets another node and loses it', async () => {
    await skiff('node', 'add');
    expect(await skiff('node', 'list')).toMatch(/podman-worker2\s+worker\s+\S+\s+Ready/);
    await skiff('node', 'remove', 'skiff-podman-worker2');
    expect(await kubectl(['get', 'nodes', '-o', 'name'])).not.toContain('worker2');
  });

  it('comes back with everything after a stop', async () => {
    await skiff('stop');
    await cluster.start();
    await works();
  });

  it('leaves nothing behind when it is deleted', async () => {
    await skiff('delete');
    expect(await cluster.footprint()).toEqual([]);
  });
});
