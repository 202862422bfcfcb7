/** Lines of key and value, one more at the press of a button. */
import { Plus, X } from 'lucide-react';
import { Button, IconButton, Input } from '../../ui/controls.tsx';
import type { Pair } from './pairs.ts';

interface PairsEditorProps {
  pairs: readonly Pair[];
  onChange(pairs: readonly Pair[]): void;
  /** `label`, `key` */
  noun: string;
  multiline?: boolean;
}

export function PairsEditor({ pairs, onChange, noun, multiline = false }: PairsEditorProps) {
  const edit = (id: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.id === id ? { ...pair, ...change } : pair)));
  const next = pairs.reduce((most, { id }) => Math.max(most, id), -1) + 1;
  return (
    <div className="pairs">
      {pairs.map(({ id, key, value }, at) => (
        <div key={id} className="pair">
          <Input
            className="mono"
            aria-label={`Key ${at + 1}`}
            placeholder="key"
            autoFocus={key === '' && at === pairs.length - 1 && at > 0}
            value={key}
            onChange={(event) => edit(id, { key: event.target.value })}
          />
          {multiline ? (
            <textarea
              className="input mono"
              aria-label={`Value ${at + 1}`}
              placeholder="value"
              rows={Math.min(8, value.split('\n').length)}
              spellCheck={false}
              value={value}
              onChange={(event) => edit(id, { value: event.target.value })}
            />
          ) : (
            <Input
              className="mono"
              aria-label={`Value ${at + 1}`}
              placeholder="value"
              value={value}
              onChange={(event) => edit(id, { value: event.target.value })}
            />
          )}
          <IconButton label={`Remove ${key || noun}`} onClick={() => onChange(pairs.filter((pair) => pair.id !== id))}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
      <Button size="small" look="quiet" onClick={() => onChange([...pairs, { id: next, key: '', value: '' }])}>
        <Plus size={14} /> Add {noun}
      </Button>
    </div>
  );
}
