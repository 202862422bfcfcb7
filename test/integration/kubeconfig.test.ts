/** kubectl and Skiff write one kubeconfig at the same time: neither loses what the other wrote. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kubeconfig } from '../../main/kube/kubeconfig.ts';
import { runKubectl } from '../cluster/kubectl.ts';
import { withKubectls } from '../obstacles.ts';

const count = 8;
const numbers = Array.from({ length: count }, (_, at) => at);

const aCluster = (profile: string) => ({
  name: `skiff-${profile}`,
  profile,
  server: 'https://127.0.0.1:6443',
  certificateAuthority: 'CA',
  clientCertificate: 'CERTIFICATE',
  clientKey: 'KEY',
});

withKubectls('a kubeconfig with two writers', ({ path }) => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'skiff-writers-'));
  });
  afterAll(() => rm(home, { recursive: true }));

  it('keeps what kubectl and what Skiff wrote', async () => {
    const file = join(home, 'config');
    await writeFile(file, 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n');
    const kubectl = (...args: string[]) => runKubectl(path, ['config', ...args], { ...process.env, KUBECONFIG: file });
    /** kubectl does not wait for a lock; a person would type it again. */
    const setCluster = async (name: string): Promise<void> => {
      const { code, stderr } = await kubectl('set-cluster', name, '--server=https://there');
      if (code === 0) return;
      expect(stderr).toMatch(/config\.lock: file exists/i);
      await sleep(5);
      return setCluster(name);
    };
    const config = new Kubeconfig({ env: { KUBECONFIG: file }, home, backupFolder: join(home, 'backups') });
    const theirs = async () => {
      for (const at of numbers) await setCluster(`theirs-${at}`);
    };
    const ours = async () => {
      for (const at of numbers) await config.merge(aCluster(`${at}`));
      for (const at of numbers.slice(count / 2)) await config.remove(`skiff-${at}`, `${at}`);
    };
    await Promise.all([theirs(), ours()]);
    const { stdout } = await kubectl('get-clusters');
    const left = [...numbers.map((at) => `theirs-${at}`), ...numbers.slice(0, count / 2).map((at) => `skiff-${at}`)];
    expect(stdout.trim().split('\n').slice(1).sort()).toEqual(left.sort());
    expect((await config.contexts()).map(({ name }) => name).sort()).toEqual(
      numbers.slice(0, count / 2).map((at) => `skiff-${at}`),
    );
  });

  it('hands Skiff’s entries on through kubectl, which knows them as Skiff’s', async () => {
    const file = join(home, 'handed');
    const config = new Kubeconfig({ env: { KUBECONFIG: file }, home, backupFolder: join(home, 'backups') });
    await config.merge(aCluster('one'));
    const all = { ...process.env, KUBECONFIG: file };
    const args = ['config', 'set-context', 'skiff-one', '--namespace=shop'];
    expect((await runKubectl(path, args, all)).code).toBe(0);
    expect(await config.contexts()).toMatchObject([{ name: 'skiff-one', namespace: 'shop', profile: 'one' }]);
    await config.merge({ ...aCluster('one'), server: 'https://127.0.0.1:7000' });
    expect(await config.contexts()).toMatchObject([{ name: 'skiff-one', namespace: 'shop', profile: 'one' }]);
    await config.remove('skiff-one', 'one');
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
