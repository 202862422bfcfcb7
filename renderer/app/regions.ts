/** F6 goes from one part of the window to the next, out of a terminal too, as it does in browsers and editors. */
import { useEffect } from 'react';

const regions = ['.sidebar', '.page-main, .overview', '.details', '.dock'];
const focusable = '[tabindex="0"], button:not(:disabled), input, a[href]';
/** What one wants to be at in a part that has it. */
const preferred =
  '.table, .xterm-helper-textarea, [role=tab][aria-selected=true], [data-tab][aria-pressed=true], [aria-current]';

function focusNextRegion(by: number): void {
  const shown = regions.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? []);
  const at = shown.findIndex((region) => region.contains(document.activeElement));
  const next = shown[(at + by + shown.length) % shown.length];
  (next?.querySelector<HTMLElement>(preferred) ?? next?.querySelector<HTMLElement>(focusable))?.focus();
}

/** Texts that are marked as a whole by themselves. */
const ownText = 'input, textarea, select, [contenteditable], .xterm, .table';

/** `Ctrl+A` marks the text that one is in, and never the window around it. */
function selectAll(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== 'a' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (!(event.target instanceof Element) || event.target.closest(ownText)) return;
  event.preventDefault();
  const text = event.target.closest('pre, .log-lines, .describe');
  if (text) window.getSelection()?.selectAllChildren(text);
}

export function useRegionKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      selectAll(event);
      if (event.key !== 'F6') return;
      event.preventDefault();
      focusNextRegion(event.shiftKey ? -1 : 1);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
}
