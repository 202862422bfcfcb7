/** Light or dark: what the user chose, else what the system says. */
import { useSyncExternalStore } from 'react';
import { preferences } from './app-state.ts';

const system = window.matchMedia('(prefers-color-scheme: dark)');

const isDark = (): boolean => {
  const theme = preferences.get()?.theme ?? 'system';
  return theme === 'system' ? system.matches : theme === 'dark';
};

function subscribe(listener: () => void): () => void {
  system.addEventListener('change', listener);
  const forget = preferences.subscribe(listener);
  return () => {
    system.removeEventListener('change', listener);
    forget();
  };
}

export const useIsDark = (): boolean => useSyncExternalStore(subscribe, isDark);

const apply = () => {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
};

export function followTheme(): void {
  apply();
  subscribe(apply);
}
