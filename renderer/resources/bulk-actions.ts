/** What can be done to several objects at once. */
import type { AnyObject } from '../../agent/api/types.ts';
import type { Action, ResourceView } from './view.ts';

export interface BulkAction {
  action: Action;
  label: string;
  objects: readonly AnyObject[];
}

/** One that is a switch (cordon, uncordon) is two here: each is done only to those on its side. */
export function bulkActions({ actions }: Pick<ResourceView, 'actions'>, selected: readonly AnyObject[]): BulkAction[] {
  return actions
    .filter(({ bulk }) => bulk)
    .flatMap((action) => {
      const able = selected.filter((object) => action.available?.(object) ?? true);
      const labels = [...new Set(able.map((object) => action.label(object)))];
      return labels.map((label) => ({
        action,
        label,
        objects: able.filter((object) => action.label(object) === label),
      }));
    });
}
