/** Adds nodes to a running cluster, on whichever platform. */
import type { AddNodesOptions } from '../../contract/clusters.ts';
import { pathOf, requestJson } from '../../kube/requests.ts';
import type { BootStep } from '../boot.ts';
import { joiningFiles, loadAuthority } from '../pki.ts';
import { taintsControlPlane } from '../profile.ts';
import { issueToken } from '../start/let-join.ts';
import { refuseTooMuch, warnOfSizes } from '../start/profile-step.ts';
import { required } from '../start/state.ts';
import { waitForNodes } from '../start/wait-steps.ts';
import { StepError } from '../step-error.ts';
import { type NodeRoom, planNodes } from './plan.ts';
import type { NodesState } from './state.ts';

export const planStep = (options: AddNodesOptions, room: NodeRoom): BootStep<NodesState> => ({
  title: 'Plan the nodes',
  async run(state) {
    const [profile, pki] = [required(state, 'profile'), required(state, 'pki')];
    if (state.engine) refuseTooMuch(options, state.engine.info);
    const nodes = planNodes(profile, options, room);
    const authority = await loadAuthority(pki.authority);
    const joining = room.byToken ? nodes : [];
    const files = await Promise.all(joining.map(async ({ name }) => [name, await joiningFiles(authority)] as const));
    state.before = { profile, pki };
    state.nodes = nodes;
    state.pki = { ...pki, nodes: { ...pki.nodes, ...Object.fromEntries(files) } };
    state.profile = {
      ...profile,
      taintsControlPlane: taintsControlPlane(profile),
      nodes: [...profile.nodes, ...nodes],
    };
    if (options.cpus || options.memory) warnOfSizes(state, state.profile);
    await state.profiles.writePki(state.name, state.pki);
    await state.profiles.write(state.profile);
  },
  async undo({ name, profiles, before }) {
    if (!before) return;
    await profiles.write(before.profile);
    await profiles.writePki(name, before.pki);
  },
});

export const tokenStep: BootStep<NodesState> = {
  title: 'Make a bootstrap token',
  async run(state, signal) {
    const names = state.nodes.map(({ name }) => name);
    const token = await issueToken(required(state, 'connection'), names, signal);
    state.forgetToken = token.forget;
    const pki = required(state, 'pki');
    const withToken = names.map((name) => [name, { ...pki.nodes[name], 'bootstrap-token': token.text }] as const);
    // Not stored: the token is of no use once the nodes have joined.
    state.pki = { ...pki, nodes: { ...pki.nodes, ...Object.fromEntries(withToken) } };
  },
  undo: async (state) => state.forgetToken?.(),
};

export const forgetTokenStep: BootStep<NodesState> = {
  title: 'Delete the bootstrap token',
  run: async (state) => state.forgetToken?.(),
};

export const nodesResource = { group: '', version: 'v1', plural: 'nodes' };

/** A node that is not there is what is wanted. */
export async function deleteNode(state: NodesState, name: string, signal?: AbortSignal): Promise<void> {
  const path = pathOf({ resource: nodesResource, name });
  try {
    await requestJson(required(state, 'connection'), { method: 'DELETE', path, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 404)) throw error;
  }
}

export const addedReadyStep: BootStep<NodesState> = {
  title: 'Wait for the nodes',
  run: (state, signal) =>
    waitForNodes(
      state,
      state.nodes,
      (waiting, node, cause) =>
        new StepError('NotReady', waiting, {
          hint: 'What was added is removed again. Try again; `skiff doctor` looks for a cause.',
          ...(node ? { node } : {}),
          cause,
        }),
      signal,
    ),
};
