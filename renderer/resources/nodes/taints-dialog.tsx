/** Edits a node's taints. https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { core, Node } from '../../../agent/api/types.ts';
import { notify } from '../../data/notifications.ts';
import { Button, IconButton, Input } from '../../ui/controls.tsx';
import { change, commandFor, type Target } from '../forms/change.ts';
import { FormDialog } from '../forms/form-dialog.tsx';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

export const taintText = ({ key, value, effect }: core.Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;

/** As arguments of `kubectl taint`: what is new, and with a dash what is gone. */
function taintArguments(before: readonly core.Taint[], after: readonly core.Taint[]): string {
  const texts = new Set(after.map(taintText));
  const known = new Set(before.map(taintText));
  const gone = before.filter((taint) => !texts.has(taintText(taint))).map(({ key, effect }) => `${key}:${effect}-`);
  return [...gone, ...after.filter((taint) => !known.has(taintText(taint))).map(taintText)].join(' ');
}

interface TaintsDialogProps {
  target: Target & { object: Node };
  onClose(): void;
}

export function TaintsDialog({ target, onClose }: TaintsDialogProps) {
  const { metadata, spec } = target.object;
  const before = spec.taints ?? [];
  const [lines, setLines] = useState(() => before.map((taint, id) => ({ id, taint })));
  const taints = lines.map(({ taint }) => taint).filter(({ key }) => key.trim());
  const difference = taintArguments(before, taints);
  const edit = (id: number, part: Partial<core.Taint>) =>
    setLines(lines.map((line) => (line.id === id ? { id, taint: { ...line.taint, ...part } } : line)));
  const next = lines.reduce((most, { id }) => Math.max(most, id), -1) + 1;
  return (
    <FormDialog
      wide
      title={`Taints of ${metadata.name}`}
      label="Taints"
      verb="Save"
      disabled={difference === ''}
      command={
        difference ? commandFor(target, 'taint', difference).replace(' taint nodes/', ' taint nodes ') : undefined
      }
      onSubmit={async () => {
        await change(target, 'merge', { spec: { taints: taints.length ? taints : null } });
        notify(`Taints of ${metadata.name} changed`);
      }}
      onClose={onClose}
    >
      <p>
        Pods that do not tolerate a taint are not scheduled to the node; NoExecute also evicts those that are there.
      </p>
      <div className="pairs">
        {lines.map(({ id, taint }, at) => (
          <div key={id} className="pair taint">
            <Input
              className="mono"
              aria-label={`Key ${at + 1}`}
              placeholder="key"
              value={taint.key}
              onChange={(event) => edit(id, { key: event.target.value })}
            />
            <Input
              className="mono"
              aria-label={`Value ${at + 1}`}
              placeholder="value"
              value={taint.value ?? ''}
              onChange={(event) => edit(id, { value: event.target.value || undefined })}
            />
            <select
              className="input"
              aria-label={`Effect ${at + 1}`}
              value={taint.effect}
              onChange={(event) => edit(id, { effect: event.target.value })}
            >
              {effects.map((effect) => (
                <option key={effect}>{effect}</option>
              ))}
            </select>
            <IconButton label={`Remove ${taint.key}`} onClick={() => setLines(lines.filter((line) => line.id !== id))}>
              <X size={14} />
            </IconButton>
          </div>
        ))}
        <Button
          size="small"
          look="quiet"
          onClick={() => setLines([...lines, { id: next, taint: { key: '', effect: 'NoSchedule' } }])}
        >
          <Plus size={14} /> Add a taint
        </Button>
      </div>
    </FormDialog>
  );
}
