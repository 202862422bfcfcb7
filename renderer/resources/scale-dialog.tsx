/** Sets the number of replicas through the scale subresource. */
import { Minus, Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Deployment, ReplicaSet } from '../../agent/api/types.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { Button, IconButton, Input } from '../ui/controls.tsx';
import { Dialog } from '../ui/overlays.tsx';
import type { ResourceView } from './view.ts';

interface ScaleDialogProps {
  context: string;
  view: ResourceView;
  object: Deployment | ReplicaSet;
  onClose(): void;
}

export function ScaleDialog({ context, view, object, onClose }: ScaleDialogProps) {
  const { name, namespace } = object.metadata;
  const before = object.spec.replicas ?? 1;
  const [replicas, setReplicas] = useState(before);
  const change = (by: number) => setReplicas((count) => Math.max(0, count + by));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const patch = { spec: { replicas } };
    const type = 'application/merge-patch+json';
    try {
      await call('resource.patch', { context, resource: view.ref, name, namespace, type, patch, subresource: 'scale' });
      notify(`${name} scaled to ${replicas}`);
      onClose();
    } catch (error) {
      notifyError(errorOf(error));
    }
  };

  return (
    <Dialog
      title={`Scale ${name}`}
      label="Scale"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="scale" disabled={replicas === before}>
            Scale
          </Button>
        </>
      }
    >
      <form id="scale" className="stepper" onSubmit={submit}>
        <label htmlFor="replicas">Replicas</label>
        <IconButton label="Fewer" look="default" disabled={replicas === 0} onClick={() => change(-1)}>
          <Minus size={14} />
        </IconButton>
        <Input
          id="replicas"
          type="number"
          min={0}
          autoFocus
          value={replicas}
          onChange={(event) => setReplicas(Math.max(0, Math.trunc(Number(event.target.value) || 0)))}
        />
        <IconButton label="More" look="default" onClick={() => change(1)}>
          <Plus size={14} />
        </IconButton>
        <span className="muted">now {before}</span>
      </form>
    </Dialog>
  );
}
