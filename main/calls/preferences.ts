/** The user's preferences, in one small JSON file. */
import type { Preferences } from '../contract/app.ts';
import { DamagedFile, readJsonIfExists, writeAtomically } from '../own-files.ts';
import type { Services } from './services.ts';

const defaults: Preferences = { theme: 'system', startOnOpen: true, defaultProfile: 'skiff' };

async function read(file: string): Promise<Preferences> {
  try {
    const saved = await readJsonIfExists(file);
    return typeof saved === 'object' && saved !== null ? { ...defaults, ...saved } : defaults;
  } catch (error) {
    // A damaged file must not keep the app from opening; the next change replaces it.
    if (error instanceof DamagedFile) return defaults;
    throw error;
  }
}

export function createPreferences(file: string): Services['preferences'] {
  const listeners = new Set<(preferences: Preferences) => void>();
  let queue: Promise<Preferences> = read(file);
  const save = async (preferences: Preferences): Promise<Preferences> => {
    await writeAtomically(file, `${JSON.stringify(preferences, null, 2)}\n`);
    for (const listener of listeners) listener(preferences);
    return preferences;
  };
  return {
    get: () => queue,
    set(change) {
      const before = queue;
      const after = before.then((preferences) => save({ ...preferences, ...change }));
      // If this change cannot be saved, its caller gets the error and the next change starts from the old preferences.
      queue = after.catch(() => before);
      return after;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
