/** What one can do to an object. Each action is its own small declaration; views pick theirs. */
import {
  Ban,
  CircleArrowOutUpRight,
  CirclePause,
  ClipboardCopy,
  FileCode,
  History,
  RotateCw,
  Scaling,
  ScrollText,
  SquareTerminal,
  Terminal,
  Trash2,
} from 'lucide-react';
import type { Deployment, KubeObject, Node, Pod, ReplicaSet } from '../../agent/api/types.ts';
import { clusters } from '../data/app-state.ts';
import { call, errorOf } from '../data/desktop.ts';
import { openTab } from '../data/dock.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { openDialog } from '../ui/dialogs.ts';
import { copyText, kubectlCommand } from './clipboard.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { DrainDialog } from './drain-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';
import { ScaleDialog } from './scale-dialog.tsx';
import type { Action, ActionTarget } from './view.ts';

async function patch(
  { context, view, object }: ActionTarget<KubeObject>,
  change: unknown,
  done: string,
): Promise<void> {
  const { name, namespace } = object.metadata;
  const type = 'application/merge-patch+json';
  try {
    await call('resource.patch', { context, resource: view.ref, name, namespace, type, patch: change });
    notify(done);
  } catch (error) {
    notifyError(errorOf(error));
  }
}

export const editYaml: Action<KubeObject> = {
  id: 'edit',
  label: () => 'Edit YAML',
  icon: FileCode,
  key: 'e',
  run: ({ context, view, object: { metadata } }) =>
    openTab({
      type: 'edit',
      title: metadata.name,
      context,
      resource: view.ref,
      namespace: metadata.namespace,
      name: metadata.name,
    }),
};

export const copyCommand: Action<KubeObject> = {
  id: 'copy',
  label: () => 'Copy as kubectl command',
  icon: ClipboardCopy,
  key: 'c',
  run: ({ context, view, object }) => copyText(`${kubectlCommand(context, 'get', view, object)} -o yaml`, 'Command'),
};

export const deleteObject: Action<KubeObject> = {
  id: 'delete',
  label: () => 'Delete…',
  icon: Trash2,
  key: 'Delete',
  danger: true,
  run: ({ context, view, object }) =>
    openDialog((close) => <DeleteDialog context={context} view={view} objects={[object]} onClose={close} />),
};

export const common: readonly Action<KubeObject>[] = [editYaml, copyCommand, deleteObject];

export const showLogs: Action<Pod> = {
  id: 'logs',
  label: () => 'Logs',
  icon: ScrollText,
  key: 'l',
  run: ({ context, object: { metadata } }) =>
    openTab({ type: 'logs', title: metadata.name, context, namespace: metadata.namespace ?? '', pod: metadata.name }),
};

/** Of all its pods, merged. */
export const showAllLogs: Action<Deployment | ReplicaSet> = {
  id: 'logs',
  label: () => 'Logs',
  icon: ScrollText,
  key: 'l',
  run: ({ context, object: { metadata, spec } }) => {
    const { name, namespace = '' } = metadata;
    openTab({ type: 'logs', title: name, context, namespace, pod: name, selector: spec.selector?.matchLabels ?? {} });
  },
};

export const firstContainer = (pod: Pod): string =>
  pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? pod.spec.containers[0]?.name ?? '';

export const openShell: Action<Pod> = {
  id: 'shell',
  label: () => 'Shell',
  icon: SquareTerminal,
  key: 's',
  available: (pod) => pod.status?.phase === 'Running',
  run: ({ context, object }) => {
    const { namespace = '', name } = object.metadata;
    const target = { type: 'pod', context, namespace, pod: name, container: firstContainer(object) } as const;
    openTab({ type: 'shell', title: name, target });
  },
};

export const scale: Action<Deployment | ReplicaSet> = {
  id: 'scale',
  label: () => 'Scale…',
  icon: Scaling,
  run: ({ context, view, object }) =>
    openDialog((close) => <ScaleDialog context={context} view={view} object={object} onClose={close} />),
};

/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_restart/ */
export const restart: Action<Deployment> = {
  id: 'restart',
  label: () => 'Restart',
  icon: RotateCw,
  available: ({ spec }) => !spec.paused,
  run: (target) => {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString().replace(/\.\d+/, '') };
    const change = { spec: { template: { metadata: { annotations } } } };
    void patch(target, change, `${target.object.metadata.name} is restarting`);
  },
};

export const pause: Action<Deployment> = {
  id: 'pause',
  label: ({ spec }) => (spec.paused ? 'Resume rollout' : 'Pause rollout'),
  icon: CirclePause,
  run: (target) => {
    const paused = !target.object.spec.paused;
    void patch(target, { spec: { paused } }, `${target.object.metadata.name} ${paused ? 'paused' : 'resumed'}`);
  },
};

export const rollback: Action<Deployment> = {
  id: 'rollback',
  label: () => 'Roll back…',
  icon: History,
  run: ({ context, object }) =>
    openDialog((close) => <RollbackDialog context={context} deployment={object} onClose={close} />),
};

export const cordon: Action<Node> = {
  id: 'cordon',
  label: ({ spec }) => (spec.unschedulable ? 'Uncordon' : 'Cordon'),
  icon: Ban,
  run: (target) => {
    const unschedulable = !target.object.spec.unschedulable;
    const done = `${target.object.metadata.name} ${unschedulable ? 'cordoned' : 'uncordoned'}`;
    void patch(target, { spec: { unschedulable: unschedulable || null } }, done);
  },
};

export const drain: Action<Node> = {
  id: 'drain',
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
