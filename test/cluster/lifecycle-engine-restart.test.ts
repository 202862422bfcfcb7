/**
 * A restart of the engine. It takes every container of this machine down, so that it runs only where it is asked for:
 * `SKIFF_TEST_ENGINE_RESTART=1` uses the machine's service, any other value is the shell command to run.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTestImages } from '../images/build.ts';
import { TestCluster } from './harness.ts';
import { eventually, page } from './lab.ts';

const wish = process.env.SKIFF_TEST_ENGINE_RESTART ?? '';
const restart = wish === '1' ? 'systemctl restart docker 2>/dev/null || service docker restart' : wish;
const nodePort = 30473;

const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1.0'}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: ${nodePort}}]}
`;

describe.skipIf(!restart)(
  'a restart of the engine (only with SKIFF_TEST_ENGINE_RESTART, as it stops every container)',
  () => {
    let cluster: TestCluster;

    const kubectl = async (args: string, input?: string): Promise<string> => {
      const [newest] = cluster.kubectls().slice(-1);
      const result = await newest?.run(args.split(' '), input === undefined ? {} : { input });
      if (result?.code !== 0) throw new Error(`kubectl ${args}: ${result?.stderr}`);
      return result.stdout;
    };

    const everything = () =>
      eventually(async () => {
        expect(await kubectl('get deployment web -o jsonpath={.status.readyReplicas}')).toBe('3');
        expect(await page(nodePort)).toContain('version 1');
      }, 90);

    beforeAll(async () => {
      await buildTestImages();
      cluster = new TestCluster('restart');
      await cluster.start();
    });
    afterAll(() => cluster.delete());

    it('brings back the nodes, the objects, the workloads and the ports by itself', async () => {
      await kubectl('apply -f -', manifests);
      await everything();
      const addresses = 'get nodes -o jsonpath={.items[*].status.addresses[*].address}';
      const pods = 'get pods -o jsonpath={.items[*].metadata.uid}';
      const before = [await kubectl(addresses), await kubectl(pods)];
      await promisify(execFile)('/bin/sh', ['-c', restart]);
      await everything();
      expect([await kubectl(addresses), await kubectl(pods)]).toEqual(before);
      const status = await cluster.skiff('status', '-o', 'json');
      expect(JSON.parse(status.stdout)).toMatchObject({ state: 'running', unhealthyPods: 0 });
    });
  },
);
