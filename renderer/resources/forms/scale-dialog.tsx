/** Sets the number of replicas through the scale subresource. */
import { Minus, Plus } from 'lucide-react';
import { useState } from 'react';
import type { KubeObject } from '../../../agent/api/types.ts';
import { notify } from '../../data/notifications.ts';
import { IconButton, Input } from '../../ui/controls.tsx';
import { change, commandFor, type Target } from './change.ts';
import { FormDialog } from './form-dialog.tsx';

interface ScaleDialogProps {
  target: Target & { object: KubeObject & { spec?: { replicas?: unknown } } };
  onClose(): void;
}

export function ScaleDialog({ target, onClose }: ScaleDialogProps) {
  const { name } = target.object.metadata;
  const wanted = target.object.spec?.replicas;
  const before = typeof wanted === 'number' ? wanted : 1;
  const [replicas, setReplicas] = useState(before);
  const step = (by: number) => setReplicas((count) => Math.max(0, count + by));
  return (
    <FormDialog
      title={`Scale ${name}`}
      label="Scale"
      verb="Scale"
      disabled={replicas === before}
      command={commandFor(target, 'scale', `--replicas=${replicas}`)}
      onSubmit={async () => {
        await change(target, 'merge', { spec: { replicas } }, 'scale');
        notify(`${name} scaled to ${replicas}`);
      }}
      onClose={onClose}
    >
      <div className="stepper">
        <label htmlFor="replicas">Replicas</label>
        <IconButton label="Fewer" look="default" disabled={replicas === 0} onClick={() => step(-1)}>
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
        <IconButton label="More" look="default" onClick={() => step(1)}>
          <Plus size={14} />
        </IconButton>
        <span className="muted">now {before}</span>
      </div>
      {replicas === 0 ? (
        <p className="tone-warn">All of its pods go; it answers nothing until it is scaled up.</p>
      ) : null}
    </FormDialog>
  );
}
