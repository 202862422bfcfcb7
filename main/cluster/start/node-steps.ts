/** The network of the nodes, their volumes and their containers. */
import type { ContainerSpec, Engine } from '../../engine/engine.ts';
import { EngineError } from '../../engine/errors.ts';
import { engineSocketPath } from '../../engine/socket.ts';
import type { BootStep } from '../boot.ts';
import { etcdFile } from '../etcd-binary.ts';
import type { ImageFile } from '../image/files.ts';
import { loadBalancerSpec } from '../load-balancer.ts';
import { labels } from '../names.ts';
import { nodeFiles, nodeSpec } from '../node-container.ts';
import type { CredentialFiles } from '../pki.ts';
import { controlPlanesOf, type ProfileNode } from '../profile.ts';
import { removeEverything } from '../removal.ts';
import { hostIn, subnetOf } from '../second-family.ts';
import { hostAddress } from '../subnet.ts';
import { moveToOtherSubnet } from './profile-step.ts';
import { required, type StartState } from './state.ts';

/** As many parallel starts may have chosen the same network. */
const attempts = 10;

/** Resolves false if the engine says that the range is taken. */
async function madeNetwork(state: StartState, signal: AbortSignal): Promise<boolean> {
  const profile = required(state, 'profile');
  const { network, name, ipFamily } = profile;
  const engine = required(state, 'engine');
  const { subnet: Subnet } = network;
  const second = subnetOf(profile);
  // Dynamic addresses (port containers) come from the upper half, so that nodes keep their fixed ones.
  const upperHalf = (await engine.allowsAddressesOutsideRange())
    ? { IPRange: hostAddress(Subnet, 128).concat('/25') }
    : {};
  const options = {
    Name: network.name,
    // Without this Docker would make a second network of that name, and then find neither by name.
    CheckDuplicate: true,
    Driver: 'bridge',
    Labels: { [labels.profile]: name },
    ...(ipFamily === 'dual' ? { EnableIPv6: true } : {}),
    IPAM: {
      Config: [
        { Subnet, Gateway: hostAddress(Subnet, 1), ...upperHalf },
        ...(ipFamily === 'dual' ? [{ Subnet: second, Gateway: hostIn(second, 1) }] : []),
      ],
    },
  };
  try {
    await engine.createNetwork(options, signal);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'NoSubnet') return false;
    throw error;
  }
}

const subnetTaken = (state: StartState) => {
  const { network } = required(state, 'profile');
  return new EngineError('NoSubnet', `${network.subnet}, the network of the nodes, is in use by another network`, {
    hint: 'Remove networks that are no longer used: `docker network prune`.',
    command: `docker network create ${network.name}`,
  });
};

export const networkStep: BootStep<StartState> = {
  title: 'Create the network',
  async run(state, signal) {
    const { network, name } = required(state, 'profile');
    const engine = required(state, 'engine');
    const existing = await engine.network(network.name, signal);
    if (existing?.Labels?.[labels.profile] === name) return;
    if (existing) {
      throw new EngineError('NameTaken', `a network named ${network.name} is there already, and is not Skiff's`, {
        hint: `Remove it (\`docker network rm ${network.name}\`), or start another profile.`,
      });
    }
    const refused: string[] = [];
    while (!(await madeNetwork(state, signal))) {
      refused.push(required(state, 'profile').network.subnet);
      if (!state.fresh || refused.length === attempts) throw subnetTaken(state);
      await moveToOtherSubnet(state, refused, signal);
    }
  },
  async undo(state) {
    if (state.fresh && state.engine) await removeEverything(state.engine, state.name);
  },
};

/** What a container is made from. */
interface Recipe {
  spec: ContainerSpec;
  /** A tar stream of what is copied into it. */
  files?(): Promise<NodeJS.ReadableStream>;
}

/** Makes the container and starts it after `turn`. */
async function startContainer(
  state: StartState,
  recipe: Recipe,
  turn: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const engine = required(state, 'engine');
  const { spec } = recipe;
  const old = await engine.inspect(spec.name, signal);
  if (old && old.Config.Labels[labels.profile] !== state.name) {
    throw new EngineError('NameTaken', `a container named ${spec.name} is there already, and is not Skiff's`, {
      hint: `Remove or rename it, or start another profile.`,
      command: `docker create --name ${spec.name}`,
    });
  }
  if (old?.State.Running && old.Config.Labels[labels.recipe] === spec.Labels?.[labels.recipe]) return;
  // Recorded before the node runs, so that a start that fails half way stops it again.
  state.started.set(spec.name, Number.POSITIVE_INFINITY);
  const isCurrent = old?.Config.Labels[labels.recipe] === spec.Labels?.[labels.recipe];
  if (!isCurrent) await replaceContainer(engine, recipe, old !== undefined, signal);
  await turn;
  signal.throwIfAborted();
  await engine.start(spec.name, isCurrent ? signal : undefined);
  state.started.set(spec.name, Date.parse((await engine.inspect(spec.name, signal))?.State.StartedAt ?? ''));
}

async function replaceContainer(
  engine: Engine,
  { spec, files }: Recipe,
  isThere: boolean,
  signal: AbortSignal,
): Promise<void> {
  const content = await files?.();
  if (isThere) await engine.remove(spec.name);
  // Without the signal: a cancelled request may still make the container, after the undo has looked for it.
  await engine.create(spec);
  signal.throwIfAborted();
  if (content) await engine.copyInto(spec.name, content);
}

/** The program that a node has beside the image's: looked for only where a container is made. */
function etcdOf(state: StartState, signal: AbortSignal): (node: ProfileNode) => Promise<ImageFile[]> {
  const { name, imageSources } = state;
  const profile = required(state, 'profile');
  const sources = { engine: required(state, 'engine'), profile: name, cacheFolder: imageSources.cacheFolder };
  let found: Promise<ImageFile> | undefined;
  return async ({ role }) => {
    if (role !== 'control-plane' || controlPlanesOf(profile).length < 2) return [];
    found ??= etcdFile({ ...sources, image: profile.etcdImage }, signal);
    return [await found];
  };
}

/** Before the nodes, which it can wait for: it takes the port at once. */
async function startLoadBalancer(state: StartState, signal: AbortSignal): Promise<void> {
  const spec = loadBalancerSpec(required(state, 'profile'), required(state, 'image'));
  if (spec) await startContainer(state, { spec }, Promise.resolve(), signal);
}

/**
 * Makes and starts the containers of these nodes. All are made at once, but the control planes among them start first:
 * the others can only wait for the API server, and to start their containers takes the processors that it needs.
 */
export async function bringUpNodes(
  state: StartState,
  nodes: readonly ProfileNode[],
  credentialsOf: (node: ProfileNode) => CredentialFiles,
  signal: AbortSignal,
): Promise<void> {
  const [engine, profile, image] = [required(state, 'engine'), required(state, 'profile'), required(state, 'image')];
  const engineSocket = await engineSocketPath(engine);
  const etcd = etcdOf(state, signal);
  const bringUp = async (node: ProfileNode, turn: Promise<unknown>) => {
    const dataOnEngine = await engine.volume(node.name, { [labels.profile]: profile.name }, signal);
    const credentials = credentialsOf(node);
    const material = { profile, node, image, engine: engine.info, engineSocket, dataOnEngine, credentials };
    const files = async () => nodeFiles({ ...material, extra: await etcd(node) });
    await startContainer(state, { spec: nodeSpec(material), files }, turn, signal);
  };
  const isFirst = ({ role }: ProfileNode) => role === 'control-plane';
  const first = Promise.all(nodes.filter(isFirst).map((node) => bringUp(node, Promise.resolve())));
  // Why the first fails is told below; the others must not wait for ever.
  const turn = first.catch(() => {});
  const others = nodes.filter((node) => !isFirst(node)).map((node) => bringUp(node, turn));
  // Waits for all, even if one fails: what is still being made could not be undone.
  const outcomes = await Promise.allSettled([first, ...others]);
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

export const nodesStep: BootStep<StartState> = {
  title: 'Start the nodes',
  async run(state, signal) {
    const [pki, { nodes }] = [required(state, 'pki'), required(state, 'profile')];
    const running = bringUpNodes(state, nodes, ({ name }) => pki.nodes[name] ?? {}, signal);
    const outcomes = await Promise.allSettled([running, startLoadBalancer(state, signal)]);
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  },
  async undo(state) {
    const { engine } = state;
    if (!engine) return;
    if (state.fresh) await removeEverything(engine, state.name);
    else await Promise.all([...state.started.keys()].map((name) => engine.stop(name, 2)));
  },
};
