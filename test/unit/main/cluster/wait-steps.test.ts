/** What a start waits for, against a server that answers as the API server does. */
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { skiffHome } from '../../../../main/cluster/home.ts';
import { NodesProcess } from '../../../../main/cluster/nodes-process.ts';
import { platformOf } from '../../../../main/cluster/platforms.ts';
import { Profiles } from '../../../../main/cluster/profile.ts';
import type { StartState } from '../../../../main/cluster/start/state.ts';
import { nodesReadyStep } from '../../../../main/cluster/start/wait-steps.ts';
import { connectTo, type OwnConnection } from '../../../../main/kube/client.ts';
import { Kubeconfig } from '../../../../main/kube/kubeconfig.ts';

const startedAt = Date.parse('2026-01-01T00:00:10.400Z');
let server: Server;
let connection: OwnConnection;
let looks: number;
afterEach(() => {
  connection.close();
  server.close();
});

/**
 * A start of a stopped cluster whose only node was started at `startedAt`; each look finds the next of its heartbeats.
 */
async function restarted(...heartbeats: string[]): Promise<StartState> {
  looks = 0;
  server = createServer((_, response) => {
    const lastHeartbeatTime = heartbeats[looks++];
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime }];
    response.end(JSON.stringify({ items: [{ metadata: { name: 'one' }, status: { conditions } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  connection = connectTo({ server: `http://127.0.0.1:${port}`, insecure: false });
  const home = skiffHome({ SKIFF_HOME: tmpdir() });
  return {
    name: 'waits',
    options: {},
    profiles: new Profiles(home),
    kubeconfig: new Kubeconfig({ env: {}, home: tmpdir(), backupFolder: home.backups }),
    imageSources: { dist: '', imageFolder: '', cacheFolder: '', nodeBinary: undefined, env: {} },
    findEngine: () => Promise.reject(new Error('nothing here asks for the engine')),
    platform: platformOf('docker'),
    simulated: new NodesProcess(home.profile('waits')),
    say: () => {},
    connection,
    profile: {
      name: 'waits',
      runtime: 'docker',
      engine: '',
      network: { name: 'waits', subnet: '' },
      nodes: [{ name: 'one', role: 'control-plane', ip: '', podCIDR: '' }],
      apiPort: 0,
    },
    fresh: false,
    started: new Map([['one', startedAt]]),
  };
}

it('takes a node that spoke since it was started, however late the API server was heard', async () => {
  await nodesReadyStep.run(await restarted('2026-01-01T00:00:10Z'), new AbortController().signal);
  expect(looks).toBe(1);
});

it('does not take what a node said before a stop', async () => {
  const state = await restarted('2026-01-01T00:00:09Z', '2026-01-01T00:00:09Z', '2026-01-01T00:00:11Z');
  await nodesReadyStep.run(state, new AbortController().signal);
  expect(looks).toBe(3);
});
