/**
 * All kubeconfig files as one, and whose each entry is.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */

import { entriesOf, parseKubeconfig } from './edit.ts';
import { type Section, sections } from './edits.ts';
import { bodyOf, type LocatedEntry, profileOf } from './entries.ts';
import { foreign } from './errors.ts';
import { readText } from './files.ts';

export interface MergedKubeconfig {
  currentContext: string;
  clusters: Map<string, LocatedEntry>;
  contexts: Map<string, LocatedEntry>;
  users: Map<string, LocatedEntry>;
}

/** The first file that has a name wins. Throws `KubeconfigError` if a file does not parse. */
export async function loadMerged(files: readonly string[]): Promise<MergedKubeconfig> {
  const merged: MergedKubeconfig = { currentContext: '', clusters: new Map(), contexts: new Map(), users: new Map() };
  for (const file of files) {
    const { data } = parseKubeconfig(file, await readText(file));
    merged.currentContext ||= data['current-context'] ?? '';
    for (const section of sections) {
      for (const entry of entriesOf(data, section)) {
        if (!merged[section].has(entry.name)) merged[section].set(entry.name, { entry, file });
      }
    }
  }
  return merged;
}

/** A user that kubectl has rewritten has lost its mark: it is Skiff's if its context or its cluster is. */
export function isOwn(merged: MergedKubeconfig, section: Section, name: string, profile: string): boolean {
  const mark = profileOf(section, merged[section].get(name)?.entry);
  if (section !== 'users' || mark !== undefined) return mark === profile;
  return (['contexts', 'clusters'] as const).some(
    (other) => profileOf(other, merged[other].get(name)?.entry) === profile,
  );
}

/** Throws `KubeconfigError` if an entry of that name does not belong to the profile. */
export function refuseForeign(merged: MergedKubeconfig, name: string, profile: string): void {
  for (const section of sections) {
    const old = merged[section].get(name);
    if (old && !isOwn(merged, section, name, profile)) throw foreign(name, old.file);
  }
}

/** True if a context of another name uses the user. */
export const isNamedElsewhere = (merged: MergedKubeconfig, user: string): boolean =>
  [...merged.contexts.values()].some(({ entry }) => entry.name !== user && bodyOf('contexts', entry).user === user);
