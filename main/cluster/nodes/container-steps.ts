/** The containers of nodes that come, go, stop and start. */
import type { Engine } from '../../engine/engine.ts';
import { EngineError } from '../../engine/errors.ts';
import type { BootStep } from '../boot.ts';
import { flagOf, labels, ofProfile } from '../names.ts';
import { addressAt, maxNodes, podCIDRAt } from '../start/container-nodes.ts';
import { letJoin } from '../start/let-join.ts';
import { bringUpNodes } from '../start/node-steps.ts';
import { required } from '../start/state.ts';
import { apiStep, waitForNodes } from '../start/wait-steps.ts';
import { StepError } from '../step-error.ts';
import { deleteNode } from './add-steps.ts';
import { connectStep, nodeOf } from './find-steps.ts';
import type { NodeRoom } from './plan.ts';
import type { NodesState } from './state.ts';

export const containerRoom: NodeRoom = {
  byToken: true,
  most: maxNodes,
  addressAt: (at, { network }) => addressAt(at, network.subnet),
  podCIDRAt,
};

/** Seconds that an agent may take to stop, and then the containers of its pods. */
const grace = 2;
/** A dying kubelet may still be making a pod's container, which appears after the first look. */
const rounds = 5;

/** The node's own container carries the label too. */
const filterOf = (state: NodesState, node: string): string[] => [ofProfile(state.name), `${labels.node}=${node}`];

/** The kubelet ends first: it would start its pods again. */
async function removeNode(engine: Engine, state: NodesState, node: string): Promise<void> {
  const own = await engine.containers([...filterOf(state, node), `${labels.role}=node`]);
  await Promise.all(own.map(({ Id }) => engine.remove(Id)));
  for (let round = 0; round < rounds; round++) {
    const rest = await engine.containers(filterOf(state, node));
    if (rest.length === 0) break;
    await Promise.all(rest.map(({ Id }) => engine.remove(Id)));
  }
  const volumes = await engine.volumes([ofProfile(state.name)]);
  if (volumes.includes(node)) await engine.removeVolume(node);
}

export const removeContainersStep: BootStep<NodesState> = {
  title: 'Remove its containers and volume',
  run: (state) => removeNode(required(state, 'engine'), state, nodeOf(state).name),
};

export const startAddedStep: BootStep<NodesState> = {
  title: 'Start the nodes',
  async run(state, signal) {
    const [engine, pki] = [required(state, 'engine'), required(state, 'pki')];
    // A removal that was interrupted may have left the volume of an earlier node of that name.
    await Promise.all(state.nodes.map(({ name }) => removeNode(engine, state, name)));
    await bringUpNodes(state, state.nodes, ({ name }) => pki.nodes[name] ?? {}, signal);
  },
  async undo(state) {
    const { engine } = state;
    if (!engine) return;
    await Promise.all(state.nodes.map(({ name }) => removeNode(engine, state, name)));
    // Only now: the kubelet would register the node again.
    await Promise.all(state.nodes.map(({ name }) => deleteNode(state, name)));
  },
};

export const stopNodeStep: BootStep<NodesState> = {
  title: 'Stop the node and its pods',
  async run(state, signal) {
    const engine = required(state, 'engine');
    const { name } = nodeOf(state);
    await engine.stopToReturn(name, grace, signal);
    const rest = await engine.containers(filterOf(state, name), signal);
    const running = rest.filter(({ State }) => State === 'running' || State === 'restarting');
    await Promise.all(running.map(({ Id }) => engine.stop(Id, grace, signal)));
  },
};

/** Stopping the only control plane would leave a cluster that nobody can ask. */
export const refuseOnlyControlPlaneStep: BootStep<NodesState> = {
  title: 'Check that the cluster goes on without it',
  async run(state, signal) {
    const { name, role } = nodeOf(state);
    if (role !== 'control-plane') return;
    const others = required(state, 'profile').nodes.filter((node) => node.role === role && node.name !== name);
    const found = await Promise.all(others.map((node) => required(state, 'engine').inspect(node.name, signal)));
    if (found.some((container) => container?.State.Running)) return;
    throw new EngineError('ControlPlane', `${name} is the control plane: without it nothing of the cluster answers`, {
      hint: `\`skiff stop${flagOf(state.name)}\` stops the whole cluster and keeps everything in it.`,
    });
  },
};

/** The other nodes must run: a worker alone would wait for ever. */
export const clusterRunsStep: BootStep<NodesState> = {
  title: 'Ask the API server',
  run: (state, signal) => (nodeOf(state).role === 'control-plane' ? Promise.resolve() : connectStep.run(state, signal)),
};

export const startNodeStep: BootStep<NodesState> = {
  title: 'Start the node',
  async run(state, signal) {
    const pki = required(state, 'pki');
    await bringUpNodes(state, state.nodes, ({ name }) => pki.nodes[name] ?? {}, signal);
  },
};

export const nodeReadyStep: BootStep<NodesState> = {
  title: 'Wait for the node',
  async run(state, signal) {
    if (!state.connection) await apiStep.run(state, signal);
    const forget = await letJoin(state, signal);
    const late = (waiting: string, node: string, cause: unknown) =>
      new StepError('NotReady', waiting, {
        hint: `The node keeps running; \`skiff logs ${node}${flagOf(state.name)}\` shows what it does.`,
        ...(node ? { node, command: `docker logs ${node}` } : {}),
        cause,
      });
    await waitForNodes(state, state.nodes, late, signal).finally(() => forget?.());
  },
};
