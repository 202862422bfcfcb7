/** Asks before anything is deleted, and says what will go with it. */
import { useState } from 'react';
import type { KubeObject } from '../../agent/api/types.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { Button } from '../ui/controls.tsx';
import { Dialog } from '../ui/overlays.tsx';
import type { ResourceView } from './view.ts';

interface DeleteDialogProps {
  context: string;
  view: ResourceView;
  objects: readonly KubeObject[];
  onClose(): void;
  onDone?(): void;
}

const consequences: Record<string, string> = {
  namespaces: 'Everything in the namespace is deleted with it.',
  deployments: 'Its replica sets and pods are deleted with it.',
  replicasets: 'Its pods are deleted with it. A replica set that belongs to a deployment is made again.',
  pods: 'A pod that belongs to a workload is replaced by a new one. What was written inside its containers is lost.',
  services: 'Its address, its endpoints and its localhost port are released.',
  nodes: 'The node leaves the cluster. Pods on it are deleted.',
};

const shown = 8;

export function DeleteDialog({ context, view, objects, onClose, onDone }: DeleteDialogProps) {
  const [busy, setBusy] = useState(false);
  const noun = objects.length === 1 ? view.kind.kind : view.title.toLowerCase();
  const subject = objects.length === 1 ? `${noun} ${objects[0]?.metadata.name}` : `${objects.length} ${noun}`;

  const remove = async () => {
    setBusy(true);
    const results = await Promise.allSettled(
      objects.map(({ metadata: { name, namespace } }) =>
        call('resource.delete', { context, resource: view.ref, name, namespace }),
      ),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failed.slice(0, 3)) notifyError(errorOf(reason));
    if (failed.length < results.length)
      notify(objects.length === 1 ? `${subject} deleted` : `${results.length - failed.length} ${noun} deleted`);
    onDone?.();
    onClose();
  };

  return (
    <Dialog
      title={`Delete ${subject}?`}
      label="Delete"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={busy} onClick={remove} autoFocus>
            {busy ? 'Deleting…' : 'Delete'}
          </Button>
        </>
      }
    >
      <p>{consequences[view.ref.plural] ?? 'This cannot be undone.'}</p>
      {objects.length > 1 ? (
        <ul className="name-list mono">
          {objects.slice(0, shown).map(({ metadata }) => (
            <li key={metadata.uid} className="truncate">
              {metadata.namespace ? `${metadata.namespace}/` : ''}
              {metadata.name}
            </li>
          ))}
          {objects.length > shown ? <li className="muted">and {objects.length - shown} more</li> : null}
        </ul>
      ) : null}
    </Dialog>
  );
}
