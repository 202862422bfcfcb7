/** The dialog on screen: anything may ask, the window shows it. */
import type { ReactNode } from 'react';
import { createStore } from '../data/store.ts';

type Render = (close: () => void) => ReactNode;

export const currentDialog = createStore<{ render: Render } | undefined>(undefined);
export const closeDialog = (): void => currentDialog.set(undefined);
export const openDialog = (render: Render): void => currentDialog.set({ render });
