/** A view's actions as menu entries and as keys. */
import type { AnyObject } from '../../agent/api/types.ts';
import type { MenuEntry } from '../ui/overlays.tsx';
import type { Action, ActionTarget } from './view.ts';

const isAvailable = (action: Action, object: AnyObject): boolean => action.available?.(object) ?? true;

export const menuEntries = (target: ActionTarget): MenuEntry[] =>
  target.view.actions.map((action) => ({
    label: action.label(target.object),
    icon: <action.icon size={14} />,
    note: action.key === 'Delete' ? 'Del' : action.key?.toUpperCase(),
    danger: action.danger,
    line: action.danger,
    disabled: !isAvailable(action, target.object),
    onSelect: () => action.run(target),
  }));

export function runByKey(key: string, target: ActionTarget): void {
  const action = target.view.actions.find((candidate) => candidate.key === key);
  if (action && isAvailable(action, target.object)) action.run(target);
}
