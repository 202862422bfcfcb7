/** What happens to the pods of a node whose agent or whose container is killed: nothing, and afterwards all works. */
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withNewestKubectl } from '../obstacles.ts';
import { TestCluster } from './harness.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';

interface Pods {
  items: {
    metadata: { name: string };
    status: { containerStatuses: { containerID: string; restartCount: number; ready: boolean }[] };
  }[];
}

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' });

const agentOf = (node: string): string => {
  const [, pid = ''] = docker('top', node, '-eo', 'pid,args').match(/^ *(\d+) .*\/agent\.js/m) ?? [];
  return pid;
};

/** For the debugger that SIGUSR1 makes Node open within the node: it asks for a loop that never ends. */
const spin = `
const [{ webSocketDebuggerUrl }] = await (await fetch('http://127.0.0.1:9229/json/list')).json();
const socket = new WebSocket(webSocketDebuggerUrl);
await new Promise((resolve) => socket.addEventListener('open', resolve));
socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } }));
setTimeout(() => process.exit(), 500);`;

/** The event loop of a node's agent turns no more; the process lives on. */
async function hang(node: string, pid: string): Promise<void> {
  docker('exec', node, '/bin/sh', '-c', `kill -USR1 ${pid}`);
  await eventually(() => docker('exec', node, 'node', '--input-type=module', '-e', spin));
}

const supervision = (node: string): string => {
  const { stdout, stderr } = spawnSync('docker', ['logs', node], { encoding: 'utf8' });
  return `${stdout}${stderr}`;
};

// A node that is down takes the requests of everybody's pods with it.
const cluster = new TestCluster('recovery');
beforeAll(async () => {
  await cluster.start('--wait');
});
afterAll(() => cluster.delete());

withNewestKubectl('a node that is hit,', (binary) => {
  const lab = useLab('recovery', binary, cluster);
  /** Name -> container, restarts and readiness. */
  const runs = async (): Promise<string[]> =>
    (await lab.json<Pods>('get pods -l part=steady')).items.map(({ metadata, status }) =>
      [
        metadata.name,
        ...status.containerStatuses.flatMap((one) => [one.containerID, one.restartCount, one.ready]),
      ].join(' '),
    );
  const curl = (url: string) => lab.kubectl(['exec', 'client', '--', 'curl', '-sS', '-m', '10', url]);
  const nodeOf = (pod: string) => lab.kubectl(`get pod ${pod} -o jsonpath={.spec.nodeName}`);
  const heartbeat = (node: string) => lab.kubectl(`-n kube-node-lease get lease ${node} -o jsonpath={.spec.renewTime}`);
  const podOn = (nodeName: string, name: string, image: string, command?: string[]) =>
    lab.kubectl('apply -f -', {
      input: podManifest(
        name,
        { nodeName, containers: [{ image, ...(command ? { command } : {}) }] },
        { part: 'steady', app: name },
      ),
    });
  let node = '';

  beforeAll(async () => {
    await podOn('', 'web', 'web:1.0');
    await lab.ready('pod/web');
    node = await nodeOf('web');
    await podOn(node, 'client', 'client:1', ['sleep', 'infinity']);
    await lab.kubectl('expose pod web --port=80');
    await lab.ready('pod/client');
    await eventually(async () => expect(await curl('http://web/')).toContain('version 1'));
  });

  /** All is as before, names and services work from the node's pods, and the node takes new ones. */
  const isWell = async (before: string[], fresh: string): Promise<void> => {
    await eventually(async () => expect(await curl('http://web/')).toContain('version 1'));
    expect(await runs()).toEqual(before);
    await lab.kubectl('apply -f -', {
      input: podManifest(fresh, { nodeName: node, containers: [{ image: 'web:1.0' }] }),
    });
    await lab.ready(`pod/${fresh}`);
  };

  test('an agent that is killed leaves its pods untouched and is back at once', async () => {
    const before = await runs();
    const pid = agentOf(node);
    docker('exec', node, '/bin/sh', '-c', `kill -9 ${pid}`);
    await eventually(() => {
      const processes = docker('top', node, '-eo', 'pid,args');
      expect(processes).toMatch(/\/agent\.js/);
      expect(processes).not.toMatch(new RegExp(`^ *${pid} `, 'm'));
    });
    await isWell(before, 'after-agent');
  });

  test('agents that hang, that of the control plane among them, are started again and their pods are untouched', async () => {
    const before = await runs();
    const controlPlane = `skiff-${cluster.profile}-control-plane`;
    const hung = [controlPlane, node].map((name) => ({ name, pid: agentOf(name) }));
    // Stopped by a signal the one, busy for ever the other: neither ends, and neither answers.
    docker('exec', node, '/bin/sh', '-c', `kill -STOP ${agentOf(node)}`);
    await hang(controlPlane, agentOf(controlPlane));
    expect((await lab.run('get nodes --request-timeout=3s')).code).toBe(1);
    await eventually(() => {
      for (const { name, pid } of hung) expect(agentOf(name)).not.toBe(pid);
      for (const { name } of hung) expect(supervision(name)).toContain('the agent has not moved for half a minute');
    });
    await eventually(async () => expect(await lab.kubectl('get nodes')).not.toContain('NotReady'));
    await isWell(before, 'after-hanging');
  });

  test('a node that was frozen as long as a laptop sleeps goes on with the agent that it had', async () => {
    const [name = ''] =
      (await lab.kubectl('get nodes -o name')).match(/skiff-\S+-worker\d*/g)?.filter((each) => each !== node) ?? [];
    const pid = agentOf(name);
    docker('pause', name);
    try {
      // Later than the supervisor would have found the agent to hang.
      await lab.kubectl(`wait --for=condition=Ready=Unknown node/${name} --timeout=120s`);
    } finally {
      docker('unpause', name);
    }
    await lab.kubectl(`wait --for=condition=Ready node/${name} --timeout=60s`);
    expect([agentOf(name), supervision(name).includes('has not moved')]).toEqual([pid, false]);
  });

  test('a pod whose sandbox is killed, and then all its containers, runs again each time', async () => {
    const idle = { name: 'b', image: 'busybox:1', command: ['sleep', '100000'] };
    await lab.kubectl('apply -f -', {
      input: podManifest('hit', { nodeName: node, containers: [{ image: 'web:1.0' }, idle] }, { app: 'hit' }),
    });
    await lab.kubectl('expose pod hit --port=80');
    const containersOf = (type: string) =>
      docker('ps', '-q', '-f', 'label=io.kubernetes.pod.name=hit', '-f', `label=io.kubernetes.docker.type=${type}`)
        .trim()
        .split('\n');
    const runsAgain = async (restarts: string) => {
      const counts = 'jsonpath={.status.containerStatuses[*].restartCount}';
      await eventually(async () => expect(await lab.kubectl(`get pod hit -o ${counts}`)).toBe(restarts));
      await lab.ready('pod/hit');
      await eventually(async () => expect(await curl('http://hit/')).toContain('version 1'));
    };
    await runsAgain('0 0');
    docker('kill', ...containersOf('podsandbox'));
    await runsAgain('1 1');
    docker('kill', ...containersOf('container'));
    await runsAgain('2 2');
  });

  test('a worker that was cut off from the others serves again once it is reconnected', async () => {
    const before = await runs();
    const elsewhere = podManifest(
      'far',
      { nodeName: `skiff-${cluster.profile}-control-plane`, containers: [{ image: 'web:1.0' }] },
      { app: 'far' },
    );
    await lab.kubectl('apply -f -', { input: elsewhere });
    await lab.kubectl('expose pod far --port=80');
    await lab.ready('pod/far');
    const networks = JSON.parse(docker('inspect', '-f', '{{json .NetworkSettings.Networks}}', node)) as Record<
      string,
      { IPAddress: string }
    >;
    const [[network, { IPAddress }] = ['', { IPAddress: '' }]] = Object.entries(networks);
    const beat = await heartbeat(node);
    docker('network', 'disconnect', network, node);
    try {
      await expect(lab.run('exec client -- true', { timeout: 5_000 })).rejects.toThrow('exec client');
    } finally {
      docker('network', 'connect', '--ip', IPAddress, network, node);
    }
    await eventually(async () => expect(await heartbeat(node)).not.toBe(beat));
    // The way to the pods of other nodes went with the interface.
    await eventually(async () => expect(await curl('http://far/')).toContain('version 1'));
    await isWell(before, 'after-cut');
  });

  test('a node container that is killed and started again finds its pods running', async () => {
    const before = await runs();
    const beat = await heartbeat(node);
    docker('kill', node);
    docker('start', node);
    await eventually(async () => expect(await heartbeat(node)).not.toBe(beat));
    await isWell(before, 'after-node');
  });

  test('a node that was deleted joins again with the next start', async () => {
    const name = node.trim();
    await lab.kubectl(`delete node ${name}`);
    expect((await cluster.start()).stderr).toContain(`${name} was deleted from the cluster, and joins it again`);
    await lab.kubectl('apply -f -', {
      input: podManifest('after-deletion', { nodeName: node, containers: [{ image: 'web:1.0' }] }),
    });
    await lab.ready('pod/after-deletion');
  });
});
