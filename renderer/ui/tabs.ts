/** In a list of tabs the arrow keys go from one to the next. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
import type { KeyboardEvent } from 'react';

export function moveBetweenTabs(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab], [data-tab]')];
  const at = tabs.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  const next = tabs[(at + by + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}
