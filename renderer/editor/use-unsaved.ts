/** Tells the dock, and the browser, that closing would lose what was typed. */
import { useEffect } from 'react';
import { markUnsaved } from '../data/dock.ts';

export function useUnsaved(tab: string, isUnsaved: boolean): void {
  useEffect(() => {
    markUnsaved(tab, isUnsaved);
    return () => markUnsaved(tab, false);
  }, [tab, isUnsaved]);
  useEffect(() => {
    // Electron does not ask: it would only refuse to close.
    if (!isUnsaved || window.skiff) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isUnsaved]);
}
