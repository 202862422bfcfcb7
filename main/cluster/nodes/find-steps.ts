/** What every operation on nodes begins with: the profile, its running API server, and the nodes that are meant. */
import { messageOf } from '../../../agent/api/errors.ts';
import { EngineError } from '../../engine/errors.ts';
import { readJson } from '../../kube/client.ts';
import { connectAsAdmin } from '../admin.ts';
import type { BootStep } from '../boot.ts';
import { flagOf } from '../names.ts';
import { required } from '../start/state.ts';
import type { NodesState } from './state.ts';

/** Milliseconds. A server that is up answers in a few of them. */
const patience = 5000;

export const readProfileStep: BootStep<NodesState> = {
  title: 'Read the profile',
  async run(state) {
    const { name, profiles } = state;
    const [profile, pki] = await Promise.all([profiles.read(name), profiles.readPki(name)]);
    if (!profile || !pki) {
      throw new EngineError('ProfileNotFound', `there is no profile ${name}`, {
        hint: `\`skiff start${flagOf(name)}\` makes it; \`skiff status\` lists the profiles that exist.`,
      });
    }
    Object.assign(state, { profile, pki, fresh: false });
  },
};

export const connectStep: BootStep<NodesState> = {
  title: 'Ask the API server',
  async run(state, signal) {
    const connection = connectAsAdmin(required(state, 'profile'), required(state, 'pki'));
    state.connection = connection;
    try {
      await readJson(connection, '/version', AbortSignal.any([signal, AbortSignal.timeout(patience)]));
    } catch (cause) {
      signal.throwIfAborted();
      throw new EngineError('NotRunning', `the API server of ${state.name} does not answer: ${messageOf(cause)}`, {
        hint: `\`skiff start${flagOf(state.name)}\` starts the cluster.`,
        cause,
      });
    }
  },
};

/** `wanted` may be the end of the name, such as `worker2`. */
export const findNodeStep = (wanted: string): BootStep<NodesState> => ({
  title: 'Find the node',
  async run(state) {
    const { name, nodes } = required(state, 'profile');
    const node = nodes.find((each) => each.name === wanted) ?? nodes.find((each) => each.name.endsWith(`-${wanted}`));
    if (!node) {
      throw new EngineError('NodeNotFound', `profile ${name} has no node ${wanted}`, {
        hint: `It has ${nodes.map((each) => each.name).join(', ')}.`,
      });
    }
    state.nodes = [node];
  },
});

/** The node of an operation on one. */
export function nodeOf({ nodes }: NodesState) {
  const [node] = nodes;
  if (!node) throw new Error('step out of order: no node yet');
  return node;
}
