/**
 * Finds a view by page or kind. Details link from kind to kind, so this must not import the views, which import the
 * details: `views/registry.ts` puts them in.
 */
import type { ResourceView } from './view.ts';

const byPage = new Map<string, ResourceView>();
const byKind = new Map<string, ResourceView>();

export function addViews(views: readonly ResourceView[]): void {
  for (const view of views) {
    byPage.set(view.ref.plural, view);
    byKind.set(view.kind.kind, view);
  }
}

export const viewFor = (page: string): ResourceView | undefined => byPage.get(page);
export const viewOfKind = (kind: string): ResourceView | undefined => byKind.get(kind);
