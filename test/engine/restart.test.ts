/**
 * A restart of the engine, in an orderly way and by a crash. On an engine of its own: it takes every container down.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webService } from '../builders/web-service.ts';
import { TestCluster } from '../cluster/harness.ts';
import type { RunOptions } from '../cluster/kubectl.ts';
import { eventually, page } from '../cluster/lab.ts';
import { buildTestImages } from '../images/build.ts';
import { unless } from '../unless.ts';

/** Whoever restarts the engine when it ends says where it notes its process. */
const pidFile = process.env.SKIFF_TEST_ENGINE_PID_FILE ?? '';
const nodePort = 30473;
const node = 'skiff-restart-control-plane';

const manifests = webService({ replicas: 3, nodePort });

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
const startOf = (container: string): string => docker('inspect', '--format', '{{.State.StartedAt}}', container);
const stateOf = (container: string): string => docker('inspect', '--format', '{{.State.Status}}', container).trim();
const enginePid = (): number => Number(readFileSync(pidFile, 'utf8'));

/** Of the engine's own process namespace, which is ours as well. */
function killAll(name: RegExp, signal: NodeJS.Signals): void {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (name.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim())) process.kill(Number(pid), signal);
  }
}

unless(pidFile ? undefined : 'only test/engine/own-engine.mjs has an engine to restart').describe(
  'a restart of the engine',
  () => {
    let cluster: TestCluster;

    const kubectl = (args: string, options?: RunOptions) => cluster.kubectl(args.split(' '), options);

    const everything = () =>
      eventually(async () => {
        expect(await kubectl('get deployment web -o jsonpath={.status.readyReplicas}')).toBe('3');
        expect(await page(nodePort)).toContain('version 1');
      }, 90);

    /** Of the nodes, and who the pods are. */
    const lasting = () =>
      Promise.all([
        kubectl('get nodes -o jsonpath={.items[*].status.addresses[*].address}'),
        kubectl('get pods -o jsonpath={.items[*].metadata.uid}'),
      ]);

    beforeAll(async () => {
      cluster = new TestCluster('restart');
      await buildTestImages();
      await cluster.start();
      await kubectl('apply -f -', { input: manifests });
      await everything();
    });
    afterAll(() => cluster.delete());

    /** Kills what `victims` names, waits until the engine is back and has noticed, and then for `isBack`. */
    const afterDeathOf = async (victims: RegExp, signal: NodeJS.Signals, revive = async () => undefined as unknown) => {
      const before = await lasting();
      const [pid, start] = [enginePid(), startOf(node)];
      killAll(victims, signal);
      await eventually(() => expect(enginePid()).not.toBe(pid), 60);
      await eventually(() => expect(startOf(node) !== start || stateOf(node) === 'exited').toBe(true), 60);
      await revive();
      await eventually(() => expect(startOf(node)).not.toBe(start), 60);
      await everything();
      expect(await lasting()).toEqual(before);
      const status = await cluster.skiff('status', '-o', 'json');
      expect(JSON.parse(status.stdout)).toMatchObject({ state: 'running', unhealthyPods: 0 });
    };

    it('runs on control groups of version 2', () =>
      expect(docker('info', '--format', '{{.CgroupVersion}}')).toBe('2\n'));

    it('in an orderly way brings back nodes, objects, workloads and ports', () => afterDeathOf(/^dockerd$/, 'SIGTERM'));

    it('after a crash of it and all that it ran brings them back as well', () =>
      afterDeathOf(/^(dockerd|containerd.*)$/, 'SIGKILL'));

    /**
     * An engine that finds containers alive ends them, and Docker then takes them for stopped by hand: nothing starts
     * them
     * before somebody asks. https://github.com/moby/moby/issues/43204
     */
    it('after a crash of the engine alone needs `skiff start`', () =>
      afterDeathOf(/^dockerd$/, 'SIGKILL', () => cluster.start()));
  },
);
