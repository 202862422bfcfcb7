/** A view's actions as menu entries, as buttons and as keys; and for each that cannot be done the reason. */
import { Lock } from 'lucide-react';
import { useMemo } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { useAccess } from '../data/access.ts';
import { discoveryOf, findServed } from '../data/discovery.ts';
import { notifyError } from '../data/notifications.ts';
import { type MenuEntry, MenuList } from '../ui/overlays.tsx';
import { isServed, questionsOf, reasonOf } from './demands.ts';
import type { Action, ActionTarget } from './view.ts';

const isAvailable = (action: Action, object: AnyObject): boolean => action.available?.(object) ?? true;

/**
 * Why the action cannot be done to the object, as far as is known: what the server serves, and what the user may do.
 */
export const reasonAgainst = ({ asks }: Action, { context, view, object }: ActionTarget): string | undefined =>
  reasonOf(context, view, asks, [object]);

/** A verb that the server does not have for the resource is not offered at all; one that is not allowed says why. */
export function useActions(target: ActionTarget): readonly Action[] {
  const { context, view, object } = target;
  const served = findServed(discoveryOf(context), view.ref);
  const actions = useMemo(
    () => view.actions.filter(({ asks }) => !asks || asks.resource || !served || isServed(asks, served)),
    [view, served],
  );
  const questions = useMemo(
    () => actions.flatMap(({ asks }) => (asks ? questionsOf(asks, view, [object]) : [])),
    [actions, view, object],
  );
  useAccess(context, questions);
  return actions;
}

function entryOf(action: Action, target: ActionTarget): MenuEntry {
  const reason = reasonAgainst(action, target);
  return {
    label: action.label(target.object),
    icon: <action.icon size={14} />,
    note: reason ? <Lock size={12} aria-hidden /> : action.key === 'Delete' ? 'Del' : action.key?.toUpperCase(),
    danger: action.danger,
    line: action.danger,
    disabled: !isAvailable(action, target.object),
    ...(reason ? { reason } : {}),
    onSelect: () => action.run(target),
  };
}

export function ActionMenu({ target, onClose }: { target: ActionTarget; onClose(): void }) {
  const actions = useActions(target);
  return <MenuList entries={actions.map((action) => entryOf(action, target))} onClose={onClose} />;
}

/** Tells why, where it cannot be done. */
export function runByKey(key: string, target: ActionTarget): void {
  const action = target.view.actions.find((candidate) => candidate.key === key);
  if (!action || !isAvailable(action, target.object)) return;
  const reason = reasonAgainst(action, target);
  if (reason) notifyError({ code: 'Forbidden', message: reason });
  else action.run(target);
}
