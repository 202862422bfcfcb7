/** Plans a new profile, or adapts an existing one to the options and to what this machine has free. */

import { createServer } from 'node:net';
import { overcommitment } from '../../../agent/api/node-sizes.ts';
import type { NodeShape, StartOptions } from '../../contract/clusters.ts';
import type { EngineInfo } from '../../engine/engine.ts';
import { EngineError } from '../../engine/errors.ts';
import type { BootStep } from '../boot.ts';
import { contextOf, flagOf, nodeNames } from '../names.ts';
import { type ClusterPki, completePki, createClusterPki, issueClusterPki, loadAuthority } from '../pki.ts';
import { controlPlanesOf, type Profile, type ProfileNode } from '../profile.ts';
import { chooseSubnet, hostAddress, takenRanges } from '../subnet.ts';
import { shutdownOf } from './shutdown.ts';
import { required, type StartState } from './state.ts';

const defaultWorkers = 2;

/** Listens on the port for a moment (0: any port) and resolves with it; undefined if another program has it. */
async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(wanted, '127.0.0.1', resolve));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const anyPort = async (): Promise<number> => (await freePort(0)) ?? 0;

/**
 * Another program may have taken the API server's port while the cluster was stopped. Then the port changes, and with
 * it the kubeconfig entry.
 */
async function onFreePort(state: StartState, profile: Profile, signal: AbortSignal): Promise<Profile> {
  if ((await state.platform.holdsPort(state, profile, signal)) || (await freePort(profile.apiPort))) return profile;
  const apiPort = await anyPort();
  state.say(`port ${profile.apiPort} is taken by another program: the API server now uses port ${apiPort}`);
  return { ...profile, apiPort };
}

interface NewNodes {
  runtime: Profile['runtime'];
  /** Part of the nodes' names. */
  mark?: string;
  addressAt(at: number): string;
  /** The range of a node's pods, e.g. `10.244.1.0/24`. */
  podCIDRAt(at: number): string;
}

/** A new profile, on whichever platform. */
export async function newProfile(
  { name, options }: StartState,
  { runtime, mark = '', addressAt, podCIDRAt }: NewNodes,
) {
  const { controlPlanes = 1 } = options;
  const all = options.nodes ?? controlPlanes + defaultWorkers;
  if (all < controlPlanes) {
    throw new EngineError('TooFewNodes', `${count(all)} cannot have ${controlPlanes} control planes`, {
      hint: '`--nodes` counts the control planes as well; leave it out for two workers beside them.',
    });
  }
  return {
    name,
    runtime,
    nodes: nodeNames(name, all, mark, controlPlanes).map(
      (node, at): ProfileNode => ({
        name: node,
        role: at < controlPlanes ? 'control-plane' : 'worker',
        ip: addressAt(at),
        podCIDR: podCIDRAt(at),
        ...(at >= controlPlanes && options.labels ? { labels: options.labels } : {}),
        ...(at >= controlPlanes && options.taints ? { taints: options.taints } : {}),
      }),
    ),
    ...(options.ipFamily === 'dual' ? { ipFamily: options.ipFamily } : {}),
    apiPort: await anyPort(),
    ...(options.cpus ? { cpus: options.cpus } : {}),
    ...(options.memory ? { memory: options.memory } : {}),
    ...(options.etcdImage ? { etcdImage: options.etcdImage } : {}),
    ...shutdownOf(options, undefined),
  };
}

/** Moves a profile that has nothing yet to another subnet. Other starts took those in `refused` in the meantime. */
export async function moveToOtherSubnet(state: StartState, refused: string[], signal: AbortSignal): Promise<void> {
  const profile = required(state, 'profile');
  const taken = await takenRanges(required(state, 'engine'), signal);
  const subnet = chooseSubnet(state.name, [...taken, ...refused]);
  const nodes = profile.nodes.map((node, at) => ({ ...node, ip: hostAddress(subnet, at + 2) }));
  state.profile = { ...profile, network: { ...profile.network, subnet }, nodes };
  // Certificates name the addresses.
  state.pki = await renewPki(required(state, 'pki'), nodes);
  await state.profiles.writePki(state.name, state.pki);
  await state.profiles.write(state.profile);
}

const count = (nodes: number): string => `${nodes} node${nodes === 1 ? '' : 's'}`;

const gibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(1))} GiB`;

/**
 * Refuses nodes that are larger than the engine. Nodes only advertise these sizes, so pods that were promised more than
 * there is would be killed.
 */
export function refuseTooMuch({ cpus = 0, memory = 0 }: NodeShape, engine: EngineInfo): void {
  const [wanted, has] =
    memory > engine.memory
      ? [gibibytes(memory), gibibytes(engine.memory)]
      : cpus > engine.cpus
        ? [`${cpus} CPUs`, `${engine.cpus} CPUs`]
        : [];
  if (!wanted) return;
  throw new EngineError('MoreThanThereIs', `a node of ${wanted} is more than ${engine.name} has: ${has}`, {
    hint: 'Ask for less, or give the engine more; simulated nodes (`--runtime simulated`) may have any size.',
  });
}

/** Says it where the nodes offer more together than there is. */
export function warnOfSizes({ engine, say }: StartState, { nodes, cpus, memory }: Profile): void {
  if (!engine) return;
  const sizes = nodes.map((node) => ({ cpus: node.cpus ?? cpus, memory: node.memory ?? memory }));
  const warning = overcommitment(sizes, engine.info);
  if (warning) say(warning);
}

/** An existing profile keeps its nodes. Asking for another number is refused, not ignored. */
function adapt(profile: Profile, options: StartOptions): Profile {
  const { shutdown, ...others } = profile;
  const { nodes, cpus, memory, runtime, labels, taints, controlPlanes, etcdImage, ipFamily } = options;
  if (runtime !== undefined && runtime !== profile.runtime) {
    throw new EngineError('ProfileExists', `profile ${profile.name} has ${profile.runtime} nodes`, {
      hint: `Start another profile, e.g. \`skiff start --profile ${runtime} --runtime ${runtime}\`.`,
    });
  }
  if (nodes !== undefined && nodes !== profile.nodes.length) {
    const way =
      nodes > profile.nodes.length
        ? `add --count ${nodes - profile.nodes.length}${flagOf(profile.name)}\` adds nodes`
        : `remove NODE${flagOf(profile.name)}\` removes one`;
    throw new EngineError('ProfileExists', `profile ${profile.name} has ${count(profile.nodes.length)}, not ${nodes}`, {
      hint: `\`skiff start${flagOf(profile.name)}\` starts it as it is; while it runs, \`skiff node ${way}.`,
    });
  }
  if (labels ?? taints) {
    throw new EngineError('ProfileExists', `profile ${profile.name} exists: labels and taints are of new nodes`, {
      hint: 'Use `kubectl label node` and `kubectl taint node`, or add a node: `skiff node add`.',
    });
  }
  const { ipFamily: family = 'ipv4' } = profile;
  if (ipFamily !== undefined && ipFamily !== family) {
    throw new EngineError('ProfileExists', `profile ${profile.name} has the addresses of \`--ip-family ${family}\``, {
      hint: `Delete it first (\`skiff delete --profile ${profile.name}\`), or start another profile.`,
    });
  }
  const present = controlPlanesOf(profile).length;
  if (controlPlanes !== undefined && controlPlanes !== present) {
    throw new EngineError(
      'ProfileExists',
      `profile ${profile.name} has control planes: ${present}, not ${controlPlanes}`,
      {
        hint: `Delete it first (\`skiff delete --profile ${profile.name}\`), or start another profile.`,
      },
    );
  }
  return {
    ...others,
    ...(cpus ? { cpus } : {}),
    ...(memory ? { memory } : {}),
    ...(etcdImage ? { etcdImage } : {}),
    ...shutdownOf(options, shutdown),
  };
}

export const profileStep: BootStep<StartState> = {
  title: 'Prepare the profile',
  async run(state, signal) {
    const [existing, pki] = await Promise.all([state.profiles.read(state.name), state.profiles.readPki(state.name)]);
    state.fresh = !existing;
    if (state.engine) refuseTooMuch(state.options, state.engine.info);
    // The kubeconfig is written last but checked first, while there is nothing to undo.
    await state.kubeconfig.check(contextOf(state.name), state.name);
    state.profile = existing
      ? await onFreePort(state, adapt(existing, state.options), signal)
      : await state.platform.plan(state, signal);
    if (state.fresh) warnOfSizes(state, state.profile);
    const nodes = state.platform.certified(state.profile.nodes);
    state.pki = pki ? await completePki(pki, nodes) : await createClusterPki(nodes);
    if (!existing || state.pki !== pki) await state.profiles.writePki(state.name, state.pki);
    await state.profiles.write(state.profile);
  },
  async undo(state) {
    if (!state.fresh) return;
    await state.profiles.remove(state.name);
  },
};

async function renewPki(pki: ClusterPki, nodes: ProfileNode[]): Promise<ClusterPki> {
  const authority = await loadAuthority(pki.authority);
  return { ...pki, ...(await issueClusterPki(authority, pki.serviceAccountKey, nodes)) };
}
