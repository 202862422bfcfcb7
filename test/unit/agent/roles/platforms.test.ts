import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../agent/clock.ts';
import { createLogger } from '../../../../agent/log.ts';
import { platformOf } from '../../../../agent/roles/platforms/choose.ts';
import { theConfig } from '../../../builders/node.ts';
import { aNode } from '../../../builders/objects.ts';

const agent = join(import.meta.dirname, '../../../../agent');
const sources = readdirSync(agent, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

/** Reads the runtime out of a node's configuration, or compares one with a name. */
const asks =
  /\bconfig\.runtime\b|\{[^{}]*\bruntime\b[^{}]*\}: (?:Pick<)?NodeConfig|\bruntime [!=]==|[!=]== '(?:simulated|docker)'/;

test('the platform of a node is asked for in one place', () => {
  const asking = sources.filter((path) => asks.test(readFileSync(join(agent, path), 'utf8')));
  expect(asking).toEqual(['roles/platforms/choose.ts']);
});

test.each([
  "if (config.runtime === 'simulated') {",
  'const { runtime } = config.runtime;',
  'const listenHost = ({ runtime }: NodeConfig) =>',
  "if (runtime !== 'simulated')",
  "node.kind === 'docker'",
])('that place is found by what it says: %s', (line) => {
  expect(line).toMatch(asks);
});

const config = { ...theConfig, runtime: 'simulated' } as const;
const simulated = await platformOf(config);
const options = {
  files: { config, folder: '/nowhere', text: () => '' },
  dataFolder: '/nowhere',
  clock: systemClock,
  logFor: (component: string) => createLogger(component, () => {}),
  logs: {
    write: () => {},
    read: async function* () {},
    names: async () => [],
    file: async () => undefined,
    flush: async () => {},
  },
  startedAt: 0,
  signal: new AbortController().signal,
};

test('a simulated node says so in its labels and runs neither proxy nor DNS', async () => {
  const { scheme, nodeLabels, components } = await simulated.prepare(options);
  expect({ scheme, nodeLabels, components }).toEqual({
    scheme: 'simulated',
    nodeLabels: { 'dev.skiff.simulated': 'true' },
    components: [],
  });
});

test('a simulated node listens on this machine alone, and its kubelet is found there', async () => {
  const none = () => Promise.reject(new Error('not asked for'));
  const node = async () => aNode({ status: { addresses: [{ type: 'InternalIP', address: '172.30.0.3' }] } });
  const lookup = simulated.findKubelets({ pod: none, node, service: none, endpointSlices: none });
  expect(simulated.host).toBe('127.0.0.1');
  expect((await lookup.node('n')).status?.addresses).toEqual([{ type: 'InternalIP', address: '127.0.0.1' }]);
});

test('a node of containers listens for the other nodes, on the port of a kubelet', async () => {
  const { host, kubeletPort } = await platformOf(theConfig);
  expect({ host, kubeletPort }).toEqual({ host: '0.0.0.0', kubeletPort: 10250 });
});
