/** Removes what is left of a drained node from the cluster and from the profile, on whichever platform. */
import type { BootStep } from '../boot.ts';
import { taintsControlPlane } from '../profile.ts';
import { required } from '../start/state.ts';
import { deleteNode } from './add-steps.ts';
import { nodeOf } from './find-steps.ts';
import type { NodesState } from './state.ts';

/** Its kubelet must have ended: it would register the node again when it starts. */
export const deleteNodeStep: BootStep<NodesState> = {
  title: 'Delete the node from the cluster',
  run: (state, signal) => deleteNode(state, nodeOf(state).name, signal),
};

/** Where no worker is left, says how pods come to run on the control plane. */
export const forgetNodeStep: BootStep<NodesState> = {
  title: 'Remove the node from the profile',
  async run(state) {
    const [profile, pki, { name }] = [required(state, 'profile'), required(state, 'pki'), nodeOf(state)];
    const tainted = taintsControlPlane(profile);
    const nodes = profile.nodes.filter((node) => node.name !== name);
    const { [name]: _, ...others } = pki.nodes;
    state.profile = { ...profile, taintsControlPlane: tainted, nodes };
    state.pki = { ...pki, nodes: others };
    await state.profiles.write(state.profile);
    await state.profiles.writePki(state.name, state.pki);
    const [left, ...more] = nodes;
    if (!left || more.length > 0 || !tainted) return;
    const taint = 'node-role.kubernetes.io/control-plane';
    state.say(`no worker is left; \`kubectl taint node ${left.name} ${taint}-\` lets pods run on the control plane`);
  },
};
