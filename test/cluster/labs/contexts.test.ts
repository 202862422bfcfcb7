import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { withKubectls } from '../../obstacles.ts';
import { runKubectl } from '../kubectl.ts';
import { Lab } from '../lab.ts';

withKubectls('lab contexts', (binary) => {
  const cluster = inject('cluster');
  const lab = new Lab('contexts', binary, cluster);
  const file = join(cluster.home, `contexts-${binary.version}`);
  const kubectl = async (args: string) => {
    const result = await runKubectl(binary.path, args.split(' '), { ...lab.env, KUBECONFIG: file });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return result.stdout;
  };

  test('contexts go back and forth, and another tool keeps its entries', async () => {
    copyFileSync(cluster.kubeconfig, file);
    const ours = (await kubectl('config current-context')).trim();
    await kubectl('config set-cluster elsewhere --server=https://127.0.0.1:1');
    await kubectl('config set-context elsewhere --cluster=elsewhere --user=nobody');
    expect(await kubectl('config get-contexts')).toMatch(new RegExp(`^\\* +${ours} `, 'm'));

    await kubectl('config use-context elsewhere');
    expect(await kubectl('config current-context')).toBe('elsewhere\n');
    await kubectl(`config use-context ${ours}`);
    expect(await kubectl('get nodes -o name')).toMatch(/^node\/\S+control-plane$/m);
    expect(parse(readFileSync(file, 'utf8')).clusters.map((entry: { name: string }) => entry.name)).toContain(
      'elsewhere',
    );
  });
});
