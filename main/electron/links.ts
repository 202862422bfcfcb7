/**
 * Links into the window from elsewhere: `skiff://open/CONTEXT/PAGE?o=NAMESPACE/NAME`. Anyone can send them, web pages
 * included, so they only show a page and never change anything.
 * https://www.electronjs.org/docs/latest/tutorial/launch-app-from-url-in-another-app
 */
import { scheme } from './bridge.ts';

const parameters = ['ns', 'o', 'tab', 'q'];

/** The fragment of the window's address for a link; undefined if the link is not one of Skiff's. */
export function fragmentOf(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { protocol, host, pathname, searchParams } = new URL(link);
  if (protocol !== `${scheme}:` || host !== 'open' || pathname.length < 2) return undefined;
  const query = new URLSearchParams([...searchParams].filter(([name]) => parameters.includes(name))).toString();
  return `#${pathname}${query ? `?${query}` : ''}`;
}

/** Windows and Linux pass a link as an argument. */
export const linkAmong = (args: readonly string[]): string | undefined =>
  args.map(fragmentOf).find((fragment) => fragment !== undefined);
