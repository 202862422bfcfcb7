/**
 * The tabs of the bottom dock. They belong to the window, not to a page: navigation leaves them alone, and loading the
 * window anew brings them back.
 */
import type { ResourceRef } from '../../main/contract/resources.ts';
import { createStore } from './store.ts';

export type DockTab = { id: string; title: string } & (
  | {
      type: 'logs';
      context: string;
      namespace: string;
      pod: string;
      container?: string;
      selector?: Record<string, string>;
    }
  | { type: 'shell'; target: ShellTarget }
  | { type: 'edit'; context: string; resource: ResourceRef; namespace?: string; name: string }
  | { type: 'apply'; context: string; namespace?: string; text: string }
);

export type ShellTarget =
  | { type: 'local'; context: string }
  | { type: 'pod'; context: string; namespace: string; pod: string; container: string }
  | { type: 'node'; profile: string; node: string };

interface Dock {
  tabs: readonly DockTab[];
  active?: string;
  open: boolean;
  height: number;
}

type NewTab = DockTab extends infer T ? (T extends DockTab ? Omit<T, 'id'> : never) : never;

const savedHeight = Number(localStorage.getItem('dock.height')) || 300;
const nothingOpen = { tabs: [], open: false };

/** Of this window alone, until it is closed. Manifests that were typed are not kept: they may hold secrets. */
function keptTabs(): Omit<Dock, 'height'> {
  try {
    return JSON.parse(sessionStorage.getItem('dock') ?? 'null') ?? nothingOpen;
  } catch (error) {
    if (error instanceof SyntaxError) return nothingOpen;
    throw error;
  }
}

export const dock = createStore<Dock>({ ...keptTabs(), height: savedHeight });

dock.subscribe(() => {
  const { tabs, active, open } = dock.get();
  const kept = tabs.filter(({ type }) => type !== 'apply');
  const front = kept.some(({ id }) => id === active) ? active : kept.at(-1)?.id;
  sessionStorage.setItem('dock', JSON.stringify({ tabs: kept, active: front, open: open && kept.length > 0 }));
});

/** The ids of tabs in which something was typed that is not saved. */
export const unsavedTabs = createStore<ReadonlySet<string>>(new Set());

export function markUnsaved(id: string, isUnsaved: boolean): void {
  unsavedTabs.update((before) => {
    if (before.has(id) === isUnsaved) return before;
    const next = new Set(before);
    if (isUnsaved) next.add(id);
    else next.delete(id);
    return next;
  });
}

/** Undefined for a node's shell: that is of a cluster, whatever its context is called. */
export const contextOf = (tab: DockTab): string | undefined =>
  tab.type !== 'shell' ? tab.context : tab.target.type === 'node' ? undefined : tab.target.context;

/** A tab for the same thing is shown again rather than opened twice; shells are always new. */
export function openTab(tab: NewTab): void {
  const { id: _, ...same } = { id: '', ...tab };
  const key = JSON.stringify(same);
  dock.update((state) => {
    const found = state.tabs.find(({ id: __, ...rest }) => tab.type !== 'shell' && JSON.stringify(rest) === key);
    if (found) return { ...state, active: found.id, open: true };
    const id = crypto.randomUUID();
    return { ...state, tabs: [...state.tabs, { ...tab, id } as DockTab], active: id, open: true };
  });
}

export function closeTab(id: string): void {
  dock.update((state) => {
    const at = state.tabs.findIndex((tab) => tab.id === id);
    const tabs = state.tabs.filter((tab) => tab.id !== id);
    const active = state.active === id ? tabs[Math.min(at, tabs.length - 1)]?.id : state.active;
    return { ...state, tabs, active, open: state.open && tabs.length > 0 };
  });
}

export const showTab = (id: string): void => dock.update((state) => ({ ...state, active: id, open: true }));
export const toggleDock = (): void =>
  dock.update((state) => ({ ...state, open: !state.open && state.tabs.length > 0 }));

export function resizeDock(height: number): void {
  const bounded = Math.round(Math.max(120, Math.min(height, window.innerHeight - 220)));
  localStorage.setItem('dock.height', String(bounded));
  dock.update((state) => ({ ...state, height: bounded }));
}
