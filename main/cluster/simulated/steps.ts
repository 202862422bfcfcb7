/** Start and stop of a profile whose nodes are simulated: no engine, no image, no network. */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { NodeConfig } from '../../../agent/node-config.ts';
import type { BootStep } from '../boot.ts';
import { clusterDefaults, nodeShape, othersOf } from '../node-container.ts';
import { agentVersion } from '../nodes-process.ts';
import type { ClusterPki } from '../pki.ts';
import type { Profile, ProfileNode } from '../profile.ts';
import { required, type StartState } from '../start/state.ts';
import type { StopState } from '../stop-state.ts';

/** A range for benchmarks of network devices, which no other machine uses: https://www.rfc-editor.org/rfc/rfc2544 */
export const simulatedSubnet = '198.18.0.0/15';

/** Wider than that of real nodes: a /24 for each of a thousand. */
const simulatedClusterCIDR = '10.128.0.0/9';

/** The addresses of the node at an index, and of its pods. */
export const simulatedAddresses = {
  addressAt: (at: number): string => `198.${18 + ((at + 2) >> 16)}.${((at + 2) >> 8) & 255}.${(at + 2) & 255}`,
  podCIDRAt: (at: number): string => `10.${128 + (at >> 8)}.${at & 255}.0/24`,
};

function simulatedNodeConfig(profile: Profile, node: ProfileNode): NodeConfig {
  return {
    profile: profile.name,
    nodeName: node.name,
    role: node.role,
    runtime: 'simulated',
    nodeIP: node.ip,
    podCIDR: node.podCIDR,
    ...clusterDefaults,
    clusterCIDR: simulatedClusterCIDR,
    ...othersOf(profile, node),
    apiServer: `https://127.0.0.1:${profile.apiPort}`,
    nodeImage: 'simulated',
    network: '',
    engineSocket: '',
    dataOnEngine: '',
    ...nodeShape(profile, node, { cpus: availableParallelism(), memory: totalmem() }),
  };
}

/**
 * What the other kubelets serve with: they join inside the process, so they need no identity, and the API server finds
 * all of them on localhost. A thousand certificates would take ten seconds.
 */
function sharedFiles({ nodes }: ClusterPki, profile: Profile): Record<string, string> {
  const files = Object.entries(nodes[profile.nodes[0]?.name ?? ''] ?? {});
  return Object.fromEntries(files.filter(([name]) => ['ca.crt', 'node.crt', 'node.key'].includes(name)));
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
    const servingFiles = sharedFiles(pki, profile);
    const configs = profile.nodes.map((node) => simulatedNodeConfig(profile, node));
    const parts = JSON.stringify([configs, await agentVersion(join(agent, 'agent.js'))]);
    const recipe = createHash('sha256').update(parts).digest('hex').slice(0, 16);
    if (await nodes.runs(recipe)) return;
    for (const { nodeName } of configs) state.started.set(nodeName, Date.now());
    await nodes.stop();
    await rm(nodes.configFolder, { recursive: true, force: true });
    // One after another: there may be a thousand, and a process may open only so many files at once.
    for (const config of configs) {
      await writeNode(join(nodes.configFolder, config.nodeName), {
        ...(pki.nodes[config.nodeName] ?? servingFiles),
        'node.json': JSON.stringify(config, null, 2),
      });
    }
    await nodes.start(join(agent, 'supervisor.js'), recipe);
  },
  undo: (state) => (state.started.size ? state.simulated.stop() : Promise.resolve()),
};

export const stopProcess: BootStep<StopState> = {
  title: 'Stop the simulated nodes',
  run: (state) => state.simulated.stop(),
};
