/**
 * Links into the window from elsewhere: `skiff://open/CONTEXT/PAGE?o=NAMESPACE/NAME`. They come from anywhere, web pages
 * included: they may show a page, and do nothing.
 * https://www.electronjs.org/docs/latest/tutorial/launch-app-from-url-in-another-app
 */
import { scheme } from './bridge.ts';

const parameters = ['ns', 'o', 'tab', 'q'];

/** The fragment of the window's address that a link stands for; undefined where it is none of ours. */
export function fragmentOf(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { protocol, host, pathname, searchParams } = new URL(link);
  if (protocol !== `${scheme}:` || host !== 'open' || pathname.length < 2) return undefined;
  const query = new URLSearchParams([...searchParams].filter(([name]) => parameters.includes(name))).toString();
  return `#${pathname}${query ? `?${query}` : ''}`;
}

/** Windows and Linux hand a link over as an argument. */
export const linkAmong = (args: readonly string[]): string | undefined =>
  args.map(fragmentOf).find((fragment) => fragment !== undefined);
