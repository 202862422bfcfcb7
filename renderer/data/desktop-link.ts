/** The window's connection to main, whichever shell it is in. */
import type { Desktop } from '../../main/contract.ts';
import type { Store } from './store.ts';

/** `refused`: Skiff was started anew and does not know this browser. */
export type LinkState = 'connecting' | 'open' | 'broken' | 'refused';

export interface DesktopLink extends Desktop {
  state: Store<LinkState>;
  /** Main has forgotten what this window had open: watches, logs and shells must be opened again. */
  onForgotten(listener: () => void): () => void;
}
