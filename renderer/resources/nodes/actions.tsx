/** What one can do to a node, beside what one can do to anything. */
import { Ban, CircleArrowOutUpRight, Shield, Terminal } from 'lucide-react';
import type { Node } from '../../../agent/api/types.ts';
import { clusters } from '../../data/app-state.ts';
import { openTab } from '../../data/dock.ts';
import { notifyError } from '../../data/notifications.ts';
import { podRef } from '../../data/refs.ts';
import { openDialog } from '../../ui/dialogs.ts';
import { changeNow } from '../actions.tsx';
import type { Action } from '../view.ts';
import { DrainDialog } from './drain-dialog.tsx';
import { TaintsDialog } from './taints-dialog.tsx';

export const cordon: Action<Node> = {
  id: 'cordon',
  asks: { verb: 'patch' },
  bulk: true,
  label: ({ spec }) => (spec.unschedulable ? 'Uncordon' : 'Cordon'),
  icon: Ban,
  run: (target) => {
    const unschedulable = !target.object.spec.unschedulable;
    const done = `${target.object.metadata.name} ${unschedulable ? 'cordoned' : 'uncordoned'}`;
    return changeNow(target, { spec: { unschedulable: unschedulable || null } }, done);
  },
};

export const drain: Action<Node> = {
  id: 'drain',
  asks: { verb: 'create', resource: podRef, subresource: 'eviction' },
  label: () => 'Drain…',
  icon: CircleArrowOutUpRight,
  run: ({ context, object }) => openDialog((close) => <DrainDialog context={context} node={object} onClose={close} />),
};

/** Only nodes of our own profiles are containers that one can enter. */
export const nodeShell: Action<Node> = {
  id: 'shell',
  label: () => 'Shell',
  icon: Terminal,
  key: 's',
  run: ({ context, object: { metadata } }) => {
    const profile = clusters.get().find((cluster) => cluster.context === context)?.profile;
    if (!profile) return notifyError({ code: 'NotOurs', message: `${metadata.name} is not a node of a Skiff cluster` });
    openTab({ type: 'shell', title: metadata.name, target: { type: 'node', profile, node: metadata.name } });
  },
};

export const editTaints: Action<Node> = {
  id: 'taints',
  asks: { verb: 'patch' },
  label: () => 'Taints…',
  icon: Shield,
  run: (target) => openDialog((close) => <TaintsDialog target={target} onClose={close} />),
};
