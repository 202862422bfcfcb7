/** Start and stop of a profile whose nodes are simulated: no engine, no image, no network. */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { NodeConfig } from '../../../agent/node-config.ts';
import type { BootStep } from '../boot.ts';
import { clusterDefaults, podsPerNode } from '../node-container.ts';
import { agentVersion } from '../nodes-process.ts';
import type { Profile, ProfileNode } from '../profile.ts';
import { required, type StartState } from '../start/state.ts';
import type { StopState } from '../stop-state.ts';

/** A range reserved for documentation, which no machine uses: https://www.rfc-editor.org/rfc/rfc5737 */
export const simulatedSubnet = '192.0.2.0/24';

function simulatedNodeConfig(profile: Profile, node: ProfileNode): NodeConfig {
  return {
    profile: profile.name,
    nodeName: node.name,
    role: node.role,
    runtime: 'simulated',
    nodeIP: node.ip,
    podCIDR: node.podCIDR,
    ...clusterDefaults,
    apiServer: `https://127.0.0.1:${profile.apiPort}`,
    nodeImage: 'simulated',
    network: '',
    engineSocket: '',
    dataOnEngine: '',
    taintControlPlane: profile.nodes.length > 1,
    capacity: {
      cpu: profile.cpus ?? availableParallelism(),
      memory: profile.memory ?? totalmem(),
      pods: podsPerNode,
    },
  };
}

async function writeNode(folder: string, files: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = ([name, text]: [string, string]) => writeFile(join(folder, name), text, { mode: 0o600 });
  await Promise.all(Object.entries(files).map(write));
}

export const processStep: BootStep<StartState> = {
  title: 'Start the simulated nodes',
  async run(state) {
    const [profile, pki] = [required(state, 'profile'), required(state, 'pki')];
    const nodes = state.simulated;
    const agent = join(state.imageSources.dist, 'agent');
    const configs = profile.nodes.map((node) => simulatedNodeConfig(profile, node));
    const parts = JSON.stringify([configs, await agentVersion(join(agent, 'agent.js'))]);
    const recipe = createHash('sha256').update(parts).digest('hex').slice(0, 16);
    if (await nodes.runs(recipe)) return;
    for (const { nodeName } of configs) state.started.set(nodeName, Date.now());
    await nodes.stop();
    await rm(nodes.configFolder, { recursive: true, force: true });
    const writing = configs.map((config) =>
      writeNode(join(nodes.configFolder, config.nodeName), {
        ...pki.nodes[config.nodeName],
        'node.json': JSON.stringify(config, null, 2),
      }),
    );
    await Promise.all(writing);
    await nodes.start(join(agent, 'supervisor.js'), recipe);
  },
  undo: (state) => (state.started.size ? state.simulated.stop() : Promise.resolve()),
};

export const stopProcess: BootStep<StopState> = {
  title: 'Stop the simulated nodes',
  run: (state) => state.simulated.stop(),
};
