/** Three control planes: any of them may be killed, and the cluster goes on with all that it has acknowledged. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../main/engine/engine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { noEtcd } from '../integration/etcd.ts';
import { unless } from '../unless.ts';
import { TestCluster } from './harness.ts';

/** Exits with 0 if this node's own API server is ready. */
const askReadiness = `require('https')
  .get({ host: '127.0.0.1', port: 6443, path: '/readyz', rejectUnauthorized: false }, ({ statusCode }) =>
    process.exit(statusCode === 200 ? 0 : 1))
  .on('error', () => process.exit(1))`;

unless(noEtcd).describe('three control planes', () => {
  const cluster = new TestCluster('three');
  const names = ['', '2', '3'].map((number) => `skiff-three-control-plane${number}`);
  let engine: Engine;
  beforeAll(async () => {
    const found = await findEngine();
    if (!found.engine) throw new Error('no engine');
    engine = found.engine;
    await cluster.start('--control-planes', '3', '--nodes', '4');
  });
  afterAll(() => cluster.delete());

  const ready = async (): Promise<string[]> =>
    (await cluster.kubectl(['get', 'nodes', '--no-headers']))
      .trim()
      .split('\n')
      .filter((line) => /\sReady\s/.test(line))
      .map((line) => line.split(/\s+/)[0] ?? '');

  it('each survive in the others when they are killed one after the other', async () => {
    const kept: string[] = [];
    for (const [at, name] of names.entries()) {
      await cluster.kubectl(['create', 'configmap', `before-${at}`]);
      await engine.kill(name);
      await expect
        .poll(() => cluster.kubectl(['create', 'configmap', `after-${at}-${Date.now()}`]))
        .toContain('created');
      kept.push(`configmap/before-${at}`);
      const stored = (await cluster.kubectl(['get', 'configmaps', '-o', 'name'])).split('\n');
      expect(stored).toEqual(expect.arrayContaining(kept));
      await engine.start(name);
      await expect.poll(ready).toContain(name);
      // Its own member of etcd answers as well: the next one may go.
      await expect.poll(() => engine.exec(name, ['node', '-e', askReadiness])).toBe(0);
    }
  });

  it('take another node and let it go while one of them is dead', async () => {
    const [first = ''] = names;
    await engine.kill(first);
    const added = await cluster.skiff('node', 'add', '--name', 'skiff-three-late');
    expect([added.code, added.stderr]).toEqual([0, expect.any(String)]);
    expect(await ready()).toContain('skiff-three-late');
    const removed = await cluster.skiff('node', 'remove', 'skiff-three-late');
    expect([removed.code, removed.stderr]).toEqual([0, expect.any(String)]);
    expect(await cluster.kubectl(['get', 'nodes', '-o', 'name'])).not.toContain('skiff-three-late');
    await engine.start(first);
    await expect.poll(ready).toContain(first);
  });

  it('come back with everything after a stop', async () => {
    await cluster.kubectl(['create', 'configmap', 'stopped']);
    expect((await cluster.skiff('stop')).code).toBe(0);
    await cluster.start();
    expect(await cluster.kubectl(['get', 'configmaps', '-o', 'name'])).toContain('configmap/stopped');
    expect((await ready()).sort()).toEqual([...names, 'skiff-three-worker']);
  });
});
