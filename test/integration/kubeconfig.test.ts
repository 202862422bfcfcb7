/**
 * kubectl and Skiff write one kubeconfig at the same time. Skiff loses nothing of kubectl's; kubectl may undo what
 * others wrote between its reading and its writing, as it compares what it read before it had the lock with what is
 * there then.
 * https://github.com/kubernetes/client-go/blob/release-1.36/tools/clientcmd/config.go (ModifyConfig)
 */
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

  it('keeps all that kubectl writes meanwhile, and has its own way when kubectl is silent', async () => {
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
    const kubectlFinds = async () => (await kubectl('get-clusters')).stdout.trim().split('\n').slice(1).sort();
    const names = (prefix: string, of: number[]) => of.map((at) => `${prefix}-${at}`);
    await Promise.all([theirs(), ours()]);
    expect(await kubectlFinds()).toEqual(expect.arrayContaining(names('theirs', numbers)));
    await ours();
    const kept = names('skiff', numbers.slice(0, count / 2));
    expect(await kubectlFinds()).toEqual([...kept, ...names('theirs', numbers)]);
    expect((await config.contexts()).map(({ name }) => name).sort()).toEqual(kept);
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
