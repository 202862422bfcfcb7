/** What the user prefers, in one small JSON file. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Preferences } from '../contract.ts';
import type { Services } from './services.ts';

const defaults: Preferences = { theme: 'system', startOnOpen: true, defaultProfile: 'skiff' };

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function read(file: string): Promise<Preferences> {
  try {
    const saved: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof saved === 'object' && saved !== null ? { ...defaults, ...saved } : defaults;
  } catch (error) {
    if (isMissing(error)) return defaults;
    // A file that does not parse must not keep the app from opening; the next change replaces it.
    if (error instanceof SyntaxError) return defaults;
    throw error;
  }
}

export function createPreferences(file: string): Services['preferences'] {
  const listeners = new Set<(preferences: Preferences) => void>();
  let queue: Promise<Preferences> = read(file);
  const save = async (preferences: Preferences): Promise<Preferences> => {
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, `${JSON.stringify(preferences, null, 2)}\n`);
    await rename(temporary, file);
    for (const listener of listeners) listener(preferences);
    return preferences;
  };
  return {
    get: () => queue,
    set(change) {
      const before = queue;
      const after = before.then((preferences) => save({ ...preferences, ...change }));
      // A change that could not be saved fails its caller and leaves the next one what was there before.
      queue = after.catch(() => before);
      return after;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
