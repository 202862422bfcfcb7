/** What commands answer about a cluster, where no engine is needed to ask. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { TestCluster } from '../cluster/harness.ts';

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
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('A number of lines') });
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
