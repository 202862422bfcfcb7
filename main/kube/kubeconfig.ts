/** The user's kubeconfig: read, merge, back up, switch. What is not ours is never touched. */
import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import type { KubeContext } from '../contract.ts';
import {
  type Edit,
  editKubeconfig,
  entriesOf,
  type NamedEntry,
  parseKubeconfig,
  type Section,
  sections,
} from './edit.ts';
import { foreign, KubeconfigError, noContext } from './errors.ts';
import { defaultFile, followLinks, kubeconfigFiles, readText, replaceFile, withLocks } from './files.ts';

/** One of our clusters, as the kubeconfig is to know it. */
export interface ClusterEntry {
  /** Of the context, the cluster and the user alike. */
  name: string;
  profile: string;
  /** `https://127.0.0.1:PORT` */
  server: string;
  /** PEM. */
  certificateAuthority: string;
  clientCertificate: string;
  clientKey: string;
}

export interface KubeconfigOptions {
  env: NodeJS.ProcessEnv;
  home: string;
  backupFolder: string;
}

/** An entry of any file, and the file it came from; relative paths in it start there. */
export interface LocatedEntry {
  entry: NamedEntry;
  file: string;
}

export interface MergedKubeconfig {
  currentContext: string;
  clusters: Map<string, LocatedEntry>;
  contexts: Map<string, LocatedEntry>;
  users: Map<string, LocatedEntry>;
}

const extensionName = 'dev.skiff';
const backupsKept = 5;
/** Another writer that takes no lock may come in between; it does not do so for ever. */
const attempts = 10;

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');

/** Marks our entries, as minikube marks its own; kubectl keeps extensions when it writes. */
const extensions = (profile: string) => [{ extension: { profile }, name: extensionName }];

/** Keys in the order in which kubectl writes them. */
function entriesFor(cluster: ClusterEntry): Record<Section, NamedEntry> {
  const { name, profile } = cluster;
  return {
    clusters: {
      cluster: {
        'certificate-authority-data': base64(cluster.certificateAuthority),
        extensions: extensions(profile),
        server: cluster.server,
      },
      name,
    },
    contexts: { context: { cluster: name, extensions: extensions(profile), user: name }, name },
    users: {
      name,
      user: {
        'client-certificate-data': base64(cluster.clientCertificate),
        'client-key-data': base64(cluster.clientKey),
        extensions: extensions(profile),
      },
    },
  };
}

const bodies: Record<Section, string> = { clusters: 'cluster', contexts: 'context', users: 'user' };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export const bodyOf = (section: Section, entry: NamedEntry | undefined): Record<string, unknown> => {
  const body = entry?.[bodies[section]];
  return isRecord(body) ? body : {};
};

/** The profile where the entry is one of ours. kubectl drops extensions of users that it rewrites, not of contexts. */
function profileOf(section: Section, entry: NamedEntry | undefined): string | undefined {
  const list = bodyOf(section, entry).extensions;
  const own = Array.isArray(list) ? list.find((item) => isRecord(item) && item.name === extensionName) : undefined;
  const profile = isRecord(own) && isRecord(own.extension) ? own.extension.profile : undefined;
  return typeof profile === 'string' ? profile : undefined;
}

export class Kubeconfig {
  private readonly options: KubeconfigOptions;

  constructor(options: KubeconfigOptions) {
    this.options = options;
  }

  files(): string[] {
    return kubeconfigFiles(this.options.env, this.options.home);
  }

  /** In the form of `KUBECONFIG`. */
  path(): string {
    return this.files().join(delimiter);
  }

  /** All files as one; the first that has a name wins. Throws `KubeconfigError` where one does not parse. */
  async load(): Promise<MergedKubeconfig> {
    const merged: MergedKubeconfig = { currentContext: '', clusters: new Map(), contexts: new Map(), users: new Map() };
    for (const file of this.files()) {
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

  /** Adds or refreshes a cluster of ours. It becomes the current context only where none is set. */
  async merge(cluster: ClusterEntry): Promise<void> {
    await this.change(async (merged, newEntries) => {
      const wanted = entriesFor(cluster);
      const edits = sections.map((section): [string, Edit] => {
        const old = merged[section].get(cluster.name);
        if (old && section !== 'users' && profileOf(section, old.entry) !== cluster.profile) {
          throw foreign(cluster.name, old.file);
        }
        return [old?.file ?? newEntries, { type: 'put', section, entry: keepNamespace(section, old, wanted[section]) }];
      });
      if (!merged.currentContext) edits.push([newEntries, { type: 'current', context: cluster.name }]);
      return edits;
    });
  }

  /** Removes a cluster of ours from every file; entries of that name that are not ours stay. */
  async remove(name: string, profile: string): Promise<void> {
    await this.change(async (merged) => {
      const own = [merged.contexts, merged.clusters].some((entries, at) => {
        const found = entries.get(name);
        return found && profileOf(at === 0 ? 'contexts' : 'clusters', found.entry) === profile;
      });
      if (!own) return [];
      const edits = sections.flatMap((section): [string, Edit][] => {
        const found = merged[section].get(name);
        return found ? [[found.file, { type: 'remove', section, name }]] : [];
      });
      if (merged.currentContext !== name) return edits;
      for (const file of this.files()) {
        const { data } = parseKubeconfig(file, await readText(file));
        if (data['current-context'] === name) edits.push([file, { type: 'current', context: '' }]);
      }
      return edits;
    });
  }

  /** Switches the current context. */
  async use(context: string): Promise<void> {
    await this.change(async (merged, newEntries) => {
      if (!merged.contexts.has(context)) throw noContext(context);
      return [[newEntries, { type: 'current', context }]];
    });
  }

  /** Calls back when a file changes, whoever changed it. */
  onChanged(listener: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(listener, 50);
    };
    const watchers = this.files().flatMap((file) => {
      try {
        // The folder, since the file is replaced by renaming.
        const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
          if (name === basename(file)) later();
        });
        watcher.on('error', () => watcher.close());
        return [watcher];
      } catch {
        // No folder yet, hence nothing to see; our own first write creates it and tells its listeners itself.
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

  /** Works out every file's new text before the first is written. */
  private async write(edits: [file: string, edit: Edit][]): Promise<boolean> {
    const byFile = Map.groupBy(edits, ([file]) => file);
    const plans: { file: string; before: string; after: string }[] = [];
    for (const [file, list] of byFile) {
      const before = await readText(file);
      const after = editKubeconfig(
        file,
        before,
        list.map(([, edit]) => edit),
      );
      if (after !== before) plans.push({ file, before, after });
    }
    for (const { file, before, after } of plans) {
      if (before) await this.backUp(file);
      if (!(await replaceFile(file, before, after))) return false;
    }
    return true;
  }

  /** The last few versions of each file, named by its path's hash and the time. */
  private async backUp(file: string): Promise<void> {
    const { backupFolder } = this.options;
    const real = await followLinks(file);
    const prefix = `${basename(real)}-${createHash('sha256').update(real).digest('hex').slice(0, 8)}-`;
    await mkdir(backupFolder, { recursive: true, mode: 0o700 });
    const { mtime } = await stat(real);
    const copy = join(backupFolder, `${prefix}${mtime.toISOString().replaceAll(':', '')}`);
    await copyFile(real, copy);
    await chmod(copy, 0o600);
    const kept = (await readdir(backupFolder)).filter((name) => name.startsWith(prefix)).sort();
    for (const name of kept.slice(0, -backupsKept)) await rm(join(backupFolder, name), { force: true });
  }
}

/** A person's `kubectl config set-context --current --namespace=...` outlives a restart of the cluster. */
function keepNamespace(section: Section, old: LocatedEntry | undefined, wanted: NamedEntry): NamedEntry {
  const namespace = section === 'contexts' ? bodyOf('contexts', old?.entry).namespace : undefined;
  if (namespace === undefined) return wanted;
  return { ...wanted, context: { ...bodyOf('contexts', wanted), namespace } };
}

/** A kubeconfig of its own for one cluster: what `skiff kubeconfig` prints. */
export function standalone(cluster: ClusterEntry): string {
  const wanted = entriesFor(cluster);
  return editKubeconfig('kubeconfig', '', [
    ...sections.map((section): Edit => ({ type: 'put', section, entry: wanted[section] })),
    { type: 'current', context: cluster.name },
  ]);
}
