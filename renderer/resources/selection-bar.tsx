/** In place of the tool bar while rows are selected: what can be done with all of them. */

import { Copy, Lock, Trash2, X } from 'lucide-react';
import { useMemo } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { useAccess } from '../data/access.ts';
import { copyText } from '../data/copy-text.ts';
import { discoveryOf, findServed } from '../data/discovery.ts';
import { manyToYaml } from '../data/object-yaml.ts';
import { Button } from '../ui/controls.tsx';
import { openDialog } from '../ui/dialogs.ts';
import { type BulkAction, bulkActions } from './bulk-actions.ts';
import { toCsv } from './clipboard.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { isServed, questionsOf, reasonOf } from './demands.ts';
import type { Action, Column, ResourceView, Scene } from './view.ts';

export interface SelectionBarProps {
  view: ResourceView;
  scene: Scene;
  selected: readonly AnyObject[];
  /** On screen. */
  columns: readonly Column[];
  onClear(): void;
}

export function SelectionBar({ view, scene, selected, columns, onClear }: SelectionBarProps) {
  return (
    <div className="toolbar selecting">
      <Button look="quiet" className="icon" aria-label="Clear the selection" onClick={onClear}>
        <X size={14} />
      </Button>
      <strong>{selected.length} selected</strong>
      <span className="spacer" />
      <BulkActions view={view} scene={scene} selected={selected} />
      <Button onClick={() => copyText(toCsv(selected, columns, scene), 'CSV')}>
        <Copy size={14} /> CSV
      </Button>
      <Button onClick={() => copyText(manyToYaml(selected), 'YAML')}>
        <Copy size={14} /> YAML
      </Button>
      <DeleteSelected view={view} scene={scene} selected={selected} onClear={onClear} />
    </div>
  );
}

type SelectionProps = Pick<SelectionBarProps, 'view' | 'scene' | 'selected'>;

/** Of a resource that cannot be deleted at all nothing is offered. */
function DeleteSelected({ view, scene, selected, onClear }: SelectionProps & Pick<SelectionBarProps, 'onClear'>) {
  const { context } = scene;
  const action = view.actions.find(({ id }) => id === 'delete');
  const reason = useReason(context, view, action, selected);
  const served = findServed(discoveryOf(context), view.ref);
  if (!action?.asks || (served && !isServed(action.asks, served))) return null;
  const ask = () =>
    openDialog((close) => (
      <DeleteDialog context={context} view={view} objects={selected} onClose={close} onDone={onClear} />
    ));
  return (
    <Button look="danger" reason={reason} onClick={ask}>
      {reason ? <Lock size={14} /> : <Trash2 size={14} />} Delete
    </Button>
  );
}

/** Why the action cannot be done to all that is selected; asks the server. */
function useReason(
  context: string,
  view: ResourceView,
  action: Action | undefined,
  objects: readonly AnyObject[],
): string | undefined {
  const asks = action?.asks;
  useAccess(
    context,
    useMemo(() => (asks ? questionsOf(asks, view, objects) : []), [asks, view, objects]),
  );
  return reasonOf(context, view, asks, objects);
}

/** Those of the view's actions that ask nothing, each with the objects that it is possible for. */
function BulkActions({ view, scene, selected }: SelectionProps) {
  return bulkActions(view, selected).map((each) => (
    <BulkButton key={`${each.action.id} ${each.label}`} view={view} context={scene.context} {...each} />
  ));
}

function BulkButton({ view, context, action, label, objects }: BulkAction & { view: ResourceView; context: string }) {
  const reason = useReason(context, view, action, objects);
  const run = () => {
    for (const object of objects) void action.run({ context, view, object });
  };
  return (
    <Button reason={reason} onClick={run}>
      {reason ? <Lock size={14} /> : <action.icon size={14} />} {label}
    </Button>
  );
}
