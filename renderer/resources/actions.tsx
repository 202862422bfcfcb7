/** What one can do to an object. Each action is its own small declaration; views pick theirs. */

import {
  CirclePause,
  ClipboardCopy,
  FileCode,
  History,
  Package,
  RotateCw,
  Scaling,
  ScrollText,
  SquareTerminal,
  Tags,
  Trash2,
} from 'lucide-react';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../agent/api/types.ts';
import { copyText } from '../data/copy-text.ts';
import { errorOf } from '../data/desktop.ts';
import { openTab } from '../data/dock.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { podRef } from '../data/refs.ts';
import { openDialog } from '../ui/dialogs.ts';
import { kubectlCommand } from './clipboard.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { change, type Target } from './forms/change.ts';
import { ImageDialog } from './forms/image-dialog.tsx';
import { LabelsDialog } from './forms/labels-dialog.tsx';
import { ScaleDialog } from './forms/scale-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';

import type { Action } from './view.ts';

/** At once and without a dialog: what became of it is told in a corner of the window. */
export async function changeNow(target: Target, patch: unknown, done: string): Promise<void> {
  try {
    await change(target, 'merge', patch);
    notify(done);
  } catch (error) {
    notifyError(errorOf(error));
  }
}

const editYaml: Action<KubeObject> = {
  id: 'edit',
  asks: { verb: 'update' },
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

const copyCommand: Action<KubeObject> = {
  id: 'copy',
  label: () => 'Copy as kubectl command',
  icon: ClipboardCopy,
  key: 'c',
  run: ({ context, view, object }) => copyText(`${kubectlCommand(context, 'get', view, object)} -o yaml`, 'Command'),
};

const deleteObject: Action<KubeObject> = {
  id: 'delete',
  asks: { verb: 'delete' },
  label: () => 'Delete…',
  icon: Trash2,
  key: 'Delete',
  danger: true,
  run: ({ context, view, object }) =>
    openDialog((close) => <DeleteDialog context={context} view={view} objects={[object]} onClose={close} />),
};

const editLabels: Action<KubeObject> = {
  id: 'labels',
  asks: { verb: 'patch' },
  label: () => 'Labels and annotations…',
  icon: Tags,
  run: (target) => openDialog((close) => <LabelsDialog target={target} onClose={close} />),
};

export const common: readonly Action<KubeObject>[] = [editYaml, editLabels, copyCommand, deleteObject];

export const showLogs: Action<Pod> = {
  id: 'logs',
  asks: { verb: 'get', subresource: 'log' },
  label: () => 'Logs',
  icon: ScrollText,
  key: 'l',
  run: ({ context, object: { metadata } }) =>
    openTab({ type: 'logs', title: metadata.name, context, namespace: metadata.namespace ?? '', pod: metadata.name }),
};

/** Of all its pods, merged. */
export const showAllLogs: Action<Deployment | ReplicaSet> = {
  id: 'logs',
  asks: { verb: 'get', resource: podRef, subresource: 'log' },
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
  asks: { verb: 'create', subresource: 'exec' },
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
  asks: { verb: 'patch', subresource: 'scale' },
  label: () => 'Scale…',
  icon: Scaling,
  run: (target) => openDialog((close) => <ScaleDialog target={target} onClose={close} />),
};

/** Of any resource that has the subresource. */
export const scaleAny: Action = {
  id: 'scale',
  asks: { verb: 'patch', subresource: 'scale' },
  label: () => 'Scale…',
  icon: Scaling,
  run: (target) => openDialog((close) => <ScaleDialog target={target} onClose={close} />),
};

/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_restart/ */
export const restart: Action<Deployment> = {
  id: 'restart',
  asks: { verb: 'patch' },
  bulk: true,
  label: () => 'Restart',
  icon: RotateCw,
  available: ({ spec }) => !spec.paused,
  run: (target) => {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString().replace(/\.\d+/, '') };
    const change = { spec: { template: { metadata: { annotations } } } };
    return changeNow(target, change, `${target.object.metadata.name} is restarting`);
  },
};

export const pause: Action<Deployment> = {
  id: 'pause',
  asks: { verb: 'patch' },
  bulk: true,
  label: ({ spec }) => (spec.paused ? 'Resume rollout' : 'Pause rollout'),
  icon: CirclePause,
  run: (target) => {
    const paused = !target.object.spec.paused;
    return changeNow(target, { spec: { paused } }, `${target.object.metadata.name} ${paused ? 'paused' : 'resumed'}`);
  },
};

export const setImage: Action<Deployment> = {
  id: 'image',
  asks: { verb: 'patch' },
  label: () => 'Set image…',
  icon: Package,
  run: (target) => openDialog((close) => <ImageDialog target={target} onClose={close} />),
};

export const rollback: Action<Deployment> = {
  id: 'rollback',
  asks: { verb: 'patch' },
  label: () => 'Roll back…',
  icon: History,
  run: ({ context, object }) =>
    openDialog((close) => <RollbackDialog context={context} deployment={object} onClose={close} />),
};
