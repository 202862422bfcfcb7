/**
 * Where the window is, kept in the address's fragment: `#/CONTEXT/PAGE?ns=a,b&o=NAMESPACE/NAME&tab=logs`. A page is
 * `overview`, `workloads`, or a resource as `PLURAL.GROUP`.
 */
import type { ResourceRef } from '../../main/contract/resources.ts';
import { resourceName, resourceNamed, sameResource } from './refs.ts';
import { createStore, useStore } from './store.ts';

export type DetailsTab = 'overview' | 'yaml' | 'events' | 'logs' | 'shell' | 'related' | 'describe';

/** Pages that are not the list of one resource. */
export type FixedPage = 'overview' | 'workloads';
export type PageRef = FixedPage | ResourceRef;

const fixedPages: readonly FixedPage[] = ['overview', 'workloads'];

export const pageName = (page: PageRef): string => (typeof page === 'string' ? page : resourceName(page));

export const samePage = (a: PageRef, b: PageRef): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : sameResource(a, b);

export interface Route {
  context: string;
  page: PageRef;
  /** Empty: all of them. */
  namespaces: readonly string[];
  object?: { namespace?: string; name: string };
  tab: DetailsTab;
  /** What the list is filtered by when it opens. */
  filter?: string;
}

const tabs: readonly DetailsTab[] = ['overview', 'yaml', 'events', 'logs', 'shell', 'related', 'describe'];

/** Addresses come from anywhere, links among them: percents that make no sense are taken as they stand. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [context = '', page = ''] = path.split('/').map(decoded);
  const query = new URLSearchParams(search);
  const [first = '', second] = (query.get('o') ?? '').split('/');
  const object = second !== undefined ? { namespace: first || undefined, name: second } : undefined;
  return {
    context,
    page: fixedPages.find((fixed) => fixed === page) ?? (page ? resourceNamed(page) : 'overview'),
    namespaces: (query.get('ns') ?? '').split(',').filter(Boolean),
    ...(object?.name ? { object } : {}),
    tab: tabs.find((tab) => tab === query.get('tab')) ?? 'overview',
    ...(query.get('q') ? { filter: query.get('q') ?? '' } : {}),
  };
}

export function formatRoute({ context, page, namespaces, object, tab, filter }: Route): string {
  const query = new URLSearchParams();
  if (namespaces.length) query.set('ns', namespaces.join(','));
  if (object) query.set('o', `${object.namespace ?? ''}/${object.name}`);
  if (object && tab !== 'overview') query.set('tab', tab);
  if (filter) query.set('q', filter);
  const text = query.toString().replaceAll('%2F', '/').replaceAll('%2C', ',');
  return `#/${encodeURIComponent(context)}/${encodeURIComponent(pageName(page))}${text ? `?${text}` : ''}`;
}

const route = createStore<Route>(parseRoute(window.location.hash));

type Request = 'terminal' | 'preferences';
const requests = new Set<(request: Request) => void>();
const requestIn = (hash: string) => /[?&]do=(terminal|preferences)/.exec(hash)?.[1] as Request | undefined;
/** The window may have been opened for it, before anything listens. */
let waiting = requestIn(window.location.hash);
if (waiting) window.history.replaceState(null, '', formatRoute(route.get()));

/**
 * The tray asks for things by `#/?do=terminal`: they are done where the window is, and leave no trace in its address.
 */
export function onRequest(listener: (request: Request) => void): () => void {
  requests.add(listener);
  if (waiting) listener(waiting);
  waiting = undefined;
  return () => requests.delete(listener);
}

window.addEventListener('hashchange', () => {
  const request = requestIn(window.location.hash);
  if (request === undefined) return route.set(parseRoute(window.location.hash));
  window.history.replaceState(null, '', formatRoute(route.get()));
  for (const listener of requests) listener(request);
});

export const currentRoute = (): Route => route.get();
export const useRoute = (): Route => useStore(route);

interface NavigationOptions {
  /** In place of where the window is, as for an address that led nowhere: going back must not lead there again. */
  replace?: boolean;
}

/** The context and the namespaces stay as they are unless they are named; an object and its tab do not. */
export function navigate(to: Partial<Route>, { replace = false }: NavigationOptions = {}): void {
  const { context, page, namespaces, object } = route.get();
  const next: Route = { context, page, namespaces, tab: 'overview', ...to };
  const hash = formatRoute(next);
  if (hash === window.location.hash) return;
  // Details that open can be gone back from; moving on from one object to the next does not fill up the history.
  const isOpened = (object === undefined) !== (next.object === undefined);
  const isSmall = samePage(next.page, page) && next.context === context && !isOpened;
  if (replace || isSmall) window.history.replaceState(null, '', hash);
  else window.history.pushState(null, '', hash);
  route.set(next);
}

export const openObject = (object: Route['object'], tab: DetailsTab = 'overview'): void => {
  const { page, filter } = route.get();
  navigate({ page, object, tab, ...(filter ? { filter } : {}) });
};
