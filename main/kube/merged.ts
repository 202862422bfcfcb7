/**
 * All kubeconfig files as one, and which of its entries are whose.
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

/** The first file that has a name wins. Throws `KubeconfigError` where one does not parse. */
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

/** A user that kubectl has rewritten carries no mark any more: it is ours where its context or cluster is. */
export function isOwn(merged: MergedKubeconfig, section: Section, name: string, profile: string): boolean {
  const mark = profileOf(section, merged[section].get(name)?.entry);
  if (section !== 'users' || mark !== undefined) return mark === profile;
  return (['contexts', 'clusters'] as const).some(
    (other) => profileOf(other, merged[other].get(name)?.entry) === profile,
  );
}

/** Throws `KubeconfigError` where an entry of that name is not the profile's. */
export function refuseForeign(merged: MergedKubeconfig, name: string, profile: string): void {
  for (const section of sections) {
    const old = merged[section].get(name);
    if (old && !isOwn(merged, section, name, profile)) throw foreign(name, old.file);
  }
}

/** Whether a context of another name uses the user. */
export const isNamedElsewhere = (merged: MergedKubeconfig, user: string): boolean =>
  [...merged.contexts.values()].some(({ entry }) => entry.name !== user && bodyOf('contexts', entry).user === user);
