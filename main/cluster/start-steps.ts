/** Brings a profile up: a new one from nothing, a stopped one as it was. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StartOptions } from '../contract.ts';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import { engineSocketPath } from '../engine/socket.ts';
import { connectTo, type KubeConnection, readJson } from '../kube/client.ts';
import type { ClusterEntry, Kubeconfig } from '../kube/kubeconfig.ts';
import type { BootStep } from './boot.ts';
import { ensureNodeImage, type NodeImageSources } from './image/node-image.ts';
import { contextOf, labels, nodeNames, ofProfile } from './names.ts';
import { type NodeMaterial, nodeFiles, nodeSpec } from './node-container.ts';
import { type ClusterPki, createClusterPki, issueClusterPki, loadAuthority } from './pki.ts';
import type { Profile, ProfileNode, Profiles } from './profile.ts';
import { removeEverything } from './removal.ts';
import { chooseSubnet, hostAddress, takenRanges } from './subnet.ts';

export interface StartState {
  name: string;
  options: StartOptions;
  profiles: Profiles;
  kubeconfig: Kubeconfig;
  imageSources: NodeImageSources;
  findEngine(signal: AbortSignal): Promise<Engine>;
  say(line: string): void;
  /** Filled by the steps, in their order. */
  engine?: Engine;
  image?: string;
  profile?: Profile;
  pki?: ClusterPki;
  connection?: KubeConnection;
  /** True where there was nothing before: then undoing means to remove everything. */
  fresh?: boolean;
  kubeconfigWritten?: boolean;
  /** By the API server's clock, to the second: what a node said before is from the time before a stop. */
  readyAt?: number;
  /** Containers that this start made or started. */
  started: Set<string>;
}

/** Steps run in order, so that what an earlier one fills in is there. */
function filled<K extends 'engine' | 'image' | 'profile' | 'pki' | 'connection'>(
  state: StartState,
  field: K,
): NonNullable<StartState[K]> {
  const value = state[field];
  if (value === undefined || value === null) throw new Error(`boot step out of order: no ${field} yet`);
  return value;
}

const defaultNodes = 3;
const apiPatience = 25;
const nodePatience = 40;

const findEngineStep: BootStep<StartState> = {
  title: 'Find the container engine',
  async run(state, signal) {
    state.engine = await state.findEngine(signal);
  },
};

const imageStep: BootStep<StartState> = {
  title: 'Prepare the node image',
  async run(state, signal) {
    state.image = await ensureNodeImage(filled(state, 'engine'), state.imageSources, signal, state.say);
  },
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function planProfile(state: StartState, signal: AbortSignal): Promise<Profile> {
  const engine = filled(state, 'engine');
  const leftovers = await engine.containers([ofProfile(state.name)], signal);
  if (leftovers.length) {
    throw new EngineError(
      'ProfileElsewhere',
      `the engine has containers of profile ${state.name}, but its files are not here`,
      {
        hint: `\`skiff delete --profile ${state.name}\` removes them; or set SKIFF_HOME to where its files are.`,
      },
    );
  }
  const subnet = chooseSubnet(state.name, await takenRanges(engine, signal));
  const runtime = state.options.runtime ?? 'docker';
  const names = nodeNames(state.name, state.options.nodes ?? defaultNodes, runtime);
  return {
    name: state.name,
    runtime,
    engine: engine.info.endpoint,
    network: { name: contextOf(state.name), subnet },
    nodes: names.map((name, at) => ({
      name,
      role: at === 0 ? 'control-plane' : 'worker',
      ip: hostAddress(subnet, at + 2),
      podCIDR: `10.244.${at}.0/24`,
    })),
    apiPort: await freePort(),
    ...(state.options.cpus ? { cpus: state.options.cpus } : {}),
    ...(state.options.memory ? { memory: state.options.memory } : {}),
  };
}

/** A profile that exists keeps its nodes; asking for another number is refused rather than ignored. */
function adapt(profile: Profile, { nodes, cpus, memory, runtime }: StartOptions): Profile {
  if (runtime !== undefined && runtime !== profile.runtime) {
    throw new EngineError('ProfileExists', `profile ${profile.name} has ${profile.runtime} nodes`, {
      hint: `Start another profile, e.g. \`skiff start --profile ${runtime} --runtime ${runtime}\`.`,
    });
  }
  if (nodes !== undefined && nodes !== profile.nodes.length) {
    throw new EngineError('ProfileExists', `profile ${profile.name} has ${profile.nodes.length} nodes, not ${nodes}`, {
      hint: `Delete it first (\`skiff delete --profile ${profile.name}\`), or start another profile.`,
    });
  }
  return { ...profile, ...(cpus ? { cpus } : {}), ...(memory ? { memory } : {}) };
}

const profileStep: BootStep<StartState> = {
  title: 'Prepare the profile',
  async run(state, signal) {
    const [existing, pki] = await Promise.all([state.profiles.read(state.name), state.profiles.readPki(state.name)]);
    state.fresh = !existing;
    state.profile = existing ? adapt(existing, state.options) : await planProfile(state, signal);
    state.pki = pki ?? (await createClusterPki(state.profile.nodes));
    const missing = state.profile.nodes.some(({ name }) => !state.pki?.nodes[name]);
    if (missing) state.pki = await renewPki(state.pki, state.profile.nodes);
    if (!existing || !pki || missing) await state.profiles.writePki(state.name, state.pki);
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

const networkStep: BootStep<StartState> = {
  title: 'Create the network',
  async run(state, signal) {
    const { network, name } = filled(state, 'profile');
    const engine = filled(state, 'engine');
    const existing = await engine.network(network.name);
    if (existing?.Labels?.[labels.profile] === name) return;
    if (existing) {
      throw new EngineError('NameTaken', `a network named ${network.name} is there already, and is not Skiff's`, {
        hint: `Remove it (\`docker network rm ${network.name}\`), or start another profile.`,
      });
    }
    await engine.createNetwork(
      {
        Name: network.name,
        Driver: 'bridge',
        Labels: { [labels.profile]: name },
        // What is given out freely (port containers) comes from the upper half: nodes keep their addresses.
        IPAM: {
          Config: [
            {
              Subnet: network.subnet,
              Gateway: hostAddress(network.subnet, 1),
              IPRange: hostAddress(network.subnet, 128).concat('/25'),
            },
          ],
        },
      },
      signal,
    );
  },
  async undo(state) {
    if (state.fresh && state.engine) await removeEverything(state.engine, state.name);
  },
};

async function startNode(state: StartState, material: NodeMaterial, signal: AbortSignal): Promise<void> {
  const engine = filled(state, 'engine');
  const spec = nodeSpec(material);
  const old = await engine.inspect(spec.name, signal);
  if (old && old.Config.Labels[labels.profile] !== state.name) {
    throw new EngineError('NameTaken', `a container named ${spec.name} is there already, and is not Skiff's`, {
      hint: `Remove or rename it, or start another profile.`,
      command: `docker create --name ${spec.name}`,
    });
  }
  if (old?.State.Running && old.Config.Labels[labels.recipe] === spec.Labels?.[labels.recipe]) return;
  state.started.add(spec.name);
  if (old && old.Config.Labels[labels.recipe] === spec.Labels?.[labels.recipe]) return engine.start(spec.name, signal);
  if (old) await engine.remove(spec.name);
  // Without the signal: a request that is cut off may still make the container, after it was looked for to remove it.
  await engine.create(spec);
  signal.throwIfAborted();
  await engine.copyInto(spec.name, nodeFiles(material));
  signal.throwIfAborted();
  await engine.start(spec.name);
}

const nodesStep: BootStep<StartState> = {
  title: 'Start the nodes',
  async run(state, signal) {
    const [engine, profile, pki] = [filled(state, 'engine'), filled(state, 'profile'), filled(state, 'pki')];
    const engineSocket = await engineSocketPath(engine);
    // Settled, not raced: what is still under way when one fails could not be undone.
    const outcomes = await Promise.allSettled(
      profile.nodes.map(async (node) => {
        const dataOnEngine = await engine.volume(node.name, { [labels.profile]: profile.name }, signal);
        await startNode(
          state,
          {
            profile,
            node,
            image: filled(state, 'image'),
            engine: engine.info,
            engineSocket,
            dataOnEngine,
            credentials: pki.nodes[node.name] ?? {},
          },
          signal,
        );
      }),
    );
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  },
  async undo(state) {
    const { engine } = state;
    if (!engine) return;
    if (state.fresh) await removeEverything(engine, state.name);
    else await Promise.all([...state.started].map((name) => engine.stop(name, 2)));
  },
};

/** Asks until it does not throw; the last answer becomes the cause when time is up. */
async function eventually(
  check: () => Promise<void>,
  seconds: number,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      signal.throwIfAborted();
      if (Date.now() > deadline) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new EngineError('NotReady', `${what} within ${seconds} s: ${reason}`, { cause });
      }
    }
    await sleep(25, undefined, { signal });
  }
}

const apiStep: BootStep<StartState> = {
  title: 'Wait for the API server',
  async run(state, signal) {
    const { apiPort } = filled(state, 'profile');
    const { admin, authority } = filled(state, 'pki');
    const connection = connectTo({
      server: `https://127.0.0.1:${apiPort}`,
      certificateAuthority: authority.certificate,
      clientCertificate: admin.certificate,
      clientKey: admin.key,
      insecure: false,
    });
    state.connection = connection;
    const ask = async () => {
      const response = await connection.request({ method: 'GET', path: '/readyz', signal });
      for await (const _ of response.body);
      if (response.status !== 200) throw new Error(`/readyz answers ${response.status}`);
      state.readyAt = Date.parse(String(response.headers.date));
    };
    await eventually(ask, apiPatience, 'the API server did not become ready', signal);
  },
};

export const entryOf = (profile: Profile, pki: ClusterPki): ClusterEntry => ({
  name: contextOf(profile.name),
  profile: profile.name,
  server: `https://127.0.0.1:${profile.apiPort}`,
  certificateAuthority: pki.authority.certificate,
  clientCertificate: pki.admin.certificate,
  clientKey: pki.admin.key,
});

const kubeconfigStep: BootStep<StartState> = {
  title: 'Write the kubeconfig',
  async run(state) {
    state.kubeconfigWritten = true;
    await state.kubeconfig.merge(entryOf(filled(state, 'profile'), filled(state, 'pki')));
  },
  async undo(state) {
    if (state.fresh && state.kubeconfigWritten) await state.kubeconfig.remove(contextOf(state.name), state.name);
  },
};

interface Conditions {
  metadata: { name: string };
  status?: { phase?: string; conditions?: { type: string; status: string; lastHeartbeatTime?: string }[] };
}

/** A kubelet may have spoken in the second before the API server called itself ready. */
const clockSlack = 2000;

const spokeSince = ({ status }: Conditions, since: number): boolean => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return Date.parse(ready?.lastHeartbeatTime ?? '') >= since - clockSlack;
};

const isReady = ({ status }: Conditions): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

const nodesReadyStep: BootStep<StartState> = {
  title: 'Wait for the nodes',
  async run(state, signal) {
    const { nodes } = filled(state, 'profile');
    const ask = async () => {
      const list = await readJson<{ items: Conditions[] }>(filled(state, 'connection'), '/api/v1/nodes', signal);
      const restarted = (node: Conditions) => !state.fresh && state.started.has(node.metadata.name);
      const ready = new Set(
        list.items
          .filter((node) => isReady(node) && (!restarted(node) || spokeSince(node, state.readyAt ?? 0)))
          .map(({ metadata }) => metadata.name),
      );
      const waiting = nodes.filter(({ name }) => !ready.has(name));
      if (waiting.length) throw new Error(`not Ready: ${waiting.map(({ name }) => name).join(', ')}`);
    };
    await eventually(ask, nodePatience, 'the nodes did not become Ready', signal);
  },
};

const systemPodsStep: BootStep<StartState> = {
  title: 'Wait for kube-system',
  async run(state, signal) {
    const connection = filled(state, 'connection');
    const ask = async () => {
      await readJson(connection, '/api/v1/namespaces/kube-system/services/kube-dns', signal);
      const { items } = await readJson<{ items: Conditions[] }>(
        connection,
        '/api/v1/namespaces/kube-system/pods',
        signal,
      );
      const waiting = items.filter((pod) => pod.status?.phase !== 'Succeeded' && !isReady(pod));
      if (!items.length || waiting.length) {
        throw new Error(`not Ready: ${waiting.map(({ metadata }) => metadata.name).join(', ') || 'no pods yet'}`);
      }
    };
    await eventually(ask, nodePatience, 'kube-system did not become Ready', signal);
  },
};

export const startSteps = (options: StartOptions): BootStep<StartState>[] => [
  findEngineStep,
  imageStep,
  profileStep,
  networkStep,
  nodesStep,
  apiStep,
  kubeconfigStep,
  nodesReadyStep,
  ...(options.wait ? [systemPodsStep] : []),
];
