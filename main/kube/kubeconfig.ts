/** The user's kubeconfig: read, merge, back up, switch. Entries of others are never changed. */

import { watch } from 'node:fs';
import { basename, delimiter, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KubeContext } from '../contract/clusters.ts';
import { Backups } from './backups.ts';
import { editKubeconfig, entriesOf, isBare, parseKubeconfig } from './edit.ts';
import { type Edit, sections } from './edits.ts';
import { bodyOf, type ClusterEntry, entriesFor, extensionName, keepNamespace, profileOf } from './entries.ts';
import { KubeconfigError, noContext } from './errors.ts';
import {
  checkWritable,
  defaultFile,
  exists,
  kubeconfigFiles,
  readText,
  removeFile,
  replaceFile,
  withLocks,
} from './files.ts';
import { isNamedElsewhere, isOwn, loadMerged, type MergedKubeconfig, refuseForeign } from './merged.ts';

export interface KubeconfigOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  backupFolder: string;
}

interface Plan {
  file: string;
  before: string;
  after: string;
}

/** A comment that names Skiff counts as well: then the file is better kept. */
const holdsOwn = (text: string): boolean => text.includes(extensionName);

/** Programs that take no lock may write in between; Skiff tries again this often. */
const attempts = 10;

export class Kubeconfig {
  private readonly options: KubeconfigOptions;

  private readonly backups: Backups;

  constructor(options: KubeconfigOptions) {
    this.options = options;
    this.backups = new Backups(options.backupFolder);
  }

  files(): string[] {
    return kubeconfigFiles(this.options.env, this.options.home);
  }

  /** The files as one value of `KUBECONFIG`. */
  path(): string {
    return this.files().join(delimiter);
  }

  /** Throws `KubeconfigError` where a file does not parse. */
  load(): Promise<MergedKubeconfig> {
    return loadMerged(this.files());
  }

  async contexts(): Promise<KubeContext[]> {
    const { contexts, currentContext } = await this.load();
    return [...contexts.values()].map(({ entry }) => {
      const body = bodyOf('contexts', entry);
      const profile = profileOf('contexts', entry);
      return {
        name: entry.name,
        cluster: String(body.cluster ?? ''),
        namespace: String(body.namespace ?? 'default'),
        current: entry.name === currentContext,
        ...(profile === undefined ? {} : { profile }),
      };
    });
  }

  /** Adds or refreshes one of Skiff's clusters. It becomes the current context only if none is set. */
  async merge(cluster: ClusterEntry): Promise<void> {
    await this.change(async (merged, newEntries) => {
      const wanted = entriesFor(cluster);
      refuseForeign(merged, cluster.name, cluster.profile);
      const edits = sections.map((section): [string, Edit] => {
        const old = merged[section].get(cluster.name);
        return [old?.file ?? newEntries, { type: 'put', section, entry: keepNamespace(section, old, wanted[section]) }];
      });
      if (!merged.currentContext) edits.push([newEntries, { type: 'current', context: cluster.name }]);
      return edits;
    });
  }

  /** Throws what `merge` would throw, before a start has made anything that it would have to undo. */
  async check(name: string, profile: string): Promise<void> {
    const merged = await this.load();
    refuseForeign(merged, name, profile);
    await this.checkWritable(sections.flatMap((section) => merged[section].get(name)?.file ?? []));
  }

  /** Throws if the file for new entries, or one of `files`, cannot be written. */
  async checkWritable(files: string[] = []): Promise<void> {
    for (const file of new Set([...files, await defaultFile(this.files())])) await checkWritable(file);
  }

  /**
   * Removes one of Skiff's clusters. Entries of that name that are not Skiff's stay, as does a user of another context.
   */
  async remove(name: string, profile: string): Promise<void> {
    const merged = await this.load();
    // Skip locking if there is nothing to remove: a lock needs disk space and the right to write.
    if (!sections.some((section) => isOwn(merged, section, name, profile))) return;
    await this.change(async (merged) => {
      const edits = sections.flatMap((section): [string, Edit][] => {
        const found = merged[section].get(name);
        if (!found || !isOwn(merged, section, name, profile)) return [];
        if (section === 'users' && isNamedElsewhere(merged, name)) return [];
        return [[found.file, { type: 'remove', section, name }]];
      });
      if (edits.length === 0 || merged.currentContext !== name) return edits;
      for (const file of this.files()) {
        const { data } = parseKubeconfig(file, await readText(file));
        if (data['current-context'] === name) edits.push([file, { type: 'current', context: '' }]);
      }
      return edits;
    });
  }

  /** Removes the backups whose entries, except Skiff's own, are all still in the kubeconfig. */
  async forgetBackups(): Promise<void> {
    const merged = await this.load();
    const isStillThere = (text: string) => {
      const { data } = parseKubeconfig('backup', text);
      return sections.every((section) =>
        entriesOf(data, section)
          .filter((entry) => profileOf(section, entry) === undefined)
          .every((entry) => isDeepStrictEqual(merged[section].get(entry.name)?.entry, entry)),
      );
    };
    for (const file of this.files()) await this.backups.forget(file, isStillThere);
  }

  /** Switches the current context. */
  async use(context: string): Promise<void> {
    await this.change(async (merged, newEntries) => {
      if (!merged.contexts.has(context)) throw noContext(context);
      return [[newEntries, { type: 'current', context }]];
    });
  }

  /** Calls back when a file changes, whoever changed it. Returns a function that stops that. */
  onChanged(listener: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(listener, 50);
    };
    const watchers = this.files().flatMap((file) => {
      try {
        // Watch the folder, since writers replace the file by renaming.
        const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
          if (name === basename(file)) later();
        });
        watcher.on('error', () => watcher.close());
        return [watcher];
      } catch {
        // There is no folder to watch yet. Skiff's own first write creates it and calls the listeners itself.
        return [];
      }
    });
    this.listeners.add(later);
    return () => {
      clearTimeout(timer);
      this.listeners.delete(later);
      for (const watcher of watchers) watcher.close();
    };
  }

  private readonly listeners = new Set<() => void>();

  private async change(
    plan: (merged: MergedKubeconfig, newEntries: string) => Promise<[file: string, edit: Edit][]>,
  ): Promise<void> {
    const files = this.files();
    await withLocks(files, async () => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const edits = await plan(await this.load(), await defaultFile(files));
        if (await this.write(edits)) return;
      }
      throw new KubeconfigError('KubeconfigBusy', 'another program keeps writing the kubeconfig', 'Try again.');
    });
    for (const listener of this.listeners) listener();
  }

  /** Computes every file's new text before it writes the first. */
  private async write(edits: [file: string, edit: Edit][]): Promise<boolean> {
    const byFile = Map.groupBy(edits, ([file]) => file);
    const plans: Plan[] = [];
    for (const [file, list] of byFile) {
      const before = await readText(file);
      const after = editKubeconfig(
        file,
        before,
        list.map(([, edit]) => edit),
      );
      if (after !== before) plans.push({ file, before, after });
    }
    for (const plan of plans) {
      if (!(await this.carryOut(plan))) return false;
    }
    return true;
  }

  /** Resolves false if another program wrote in between. */
  private async carryOut({ file, before, after }: Plan): Promise<boolean> {
    if (!(await exists(file))) await this.backups.noteCreated(file);
    if (holdsOwn(after)) {
      if (before) await this.backups.keep(file);
      return replaceFile(file, before, after);
    }
    const mayGo = isBare(file, after) && (await this.backups.wasCreated(file));
    if (before && !mayGo) await this.backups.keep(file);
    const done = mayGo ? await removeFile(file, before) : await replaceFile(file, before, after);
    if (done) await this.backups.forgetCreated(file);
    return done;
  }
}
