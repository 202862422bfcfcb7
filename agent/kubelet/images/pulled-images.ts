/**
 * Remembers which images this node has pulled, and with whose credentials, so that a pod cannot use a private image
 * only because another pod had it pulled. Of these it remembers which the engine had not had under that name before:
 * only they may be removed when the disk is full. Images that the kubelet did not pull (loaded, built, pulled by hand)
 * are for everybody: upstream's default policy NeverVerifyPreloadedImages.
 * https://kubernetes.io/docs/concepts/containers/images/#ensureimagepullcredentialverification
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/pullmanager/image_pull_manager.go
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fullImageName, parseImageName } from '../../api/image-name.ts';
import { unlessMissing } from '../../missing-file.ts';
import type { Credential, SecretSource } from './credentials.ts';

type SecretRecord = SecretSource & { hash: string };

/** Who may use a repository's image without asking the registry. */
interface Access {
  /** It was pulled without credentials. */
  everyone: boolean;
  secrets: SecretRecord[];
}

interface PulledRecord {
  /** By repository. */
  access: Record<string, Access>;
}

/** What a pull brought to the engine. */
export interface Brought {
  id: string;
  /** When the pull ended, in milliseconds since the epoch. */
  at: number;
}

interface Document {
  /** By image id. */
  pulled: Record<string, PulledRecord>;
  /** By complete name: what the engine has under this name only because this node pulled it. */
  brought: Record<string, Brought>;
  /** Names of the images whose pulls were under way. After a crash, nobody knows what became of them. */
  intents: string[];
}

export interface Pull {
  /** The name that was pulled. */
  image: string;
  repository: string;
  id: string;
  /** Undefined: the registry gave the image to everybody. */
  credential: Credential | undefined;
  /** The engine had an image of this name before. */
  wasThere: boolean;
  /** When the pull ended, in milliseconds since the epoch. */
  at: number;
}

export interface PulledImages {
  /** True if the pod has to show its credentials to the registry before it may use the image that is there. */
  mustPull(image: string, repository: string, id: string, credentials: readonly Credential[]): Promise<boolean>;
  /** Call it before a pull, so that a crash cannot make a private image look preloaded. */
  begin(image: string): Promise<void>;
  failed(image: string): Promise<void>;
  succeeded(pull: Pull): Promise<void>;
  /** What the engine has only because this node pulled it, by complete name. */
  brought(): Promise<ReadonlyMap<string, Brought>>;
  /** Somebody else asked the engine for these images, by name or id: they are no longer this node's to remove. */
  wanted(images: readonly string[], at: number): Promise<void>;
  /** The engine no longer has what was brought under this name. */
  forget(name: string): Promise<void>;
}

export interface RecordStore {
  /** The last document; undefined if there is none. */
  read(): Promise<string | undefined>;
  write(document: string): Promise<void>;
}

/** Replaces the file in one step. */
export const fileStore = (path: string): RecordStore => ({
  read: () => unlessMissing(readFile(path, 'utf8')),
  async write(document) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}~new`, document, { mode: 0o600 });
    await rename(`${path}~new`, path);
  },
});

/** For nodes without files. */
export function memoryStore(): RecordStore {
  let known: string | undefined;
  return {
    read: async () => known,
    write: async (document) => {
      known = document;
    },
  };
}

const isSame = (left: SecretRecord, right: SecretRecord): boolean =>
  left.uid === right.uid && left.namespace === right.namespace && left.name === right.name && left.hash === right.hash;

/** Docker writes the algorithm before an id, Podman not always. */
export const bareId = (id: string): string => id.replace(/^sha256:/, '');

/** True if somebody who asks for the image gets what this node brought. A digest may be that of any tag. */
function means(image: string, name: string, id: string): boolean {
  if (bareId(image) === bareId(id)) return true;
  const { repository, digest } = parseImageName(image);
  return digest === undefined ? fullImageName(image) === name : repository === parseImageName(name).repository;
}

const recordOf = ({ source, hash }: Credential): SecretRecord => ({ ...source, hash });

/** Upstream accepts the same credential in another secret, and a secret whose credential was changed. */
const accepts = (access: Access, { source: { uid, namespace, name }, hash }: Credential): boolean =>
  access.secrets.some(
    (known) => known.hash === hash || (known.uid === uid && known.namespace === namespace && known.name === name),
  );

export function createPulledImages(store: RecordStore): PulledImages {
  let loaded: Promise<Document> | undefined;
  const load = (): Promise<Document> => {
    loaded ??= store.read().then((text) => {
      const none: Document = { pulled: {}, brought: {}, intents: [] };
      return text ? { ...none, ...JSON.parse(text) } : none;
    });
    return loaded;
  };
  let writing: Promise<void> = Promise.resolve();
  /** Changes and writes in order; a failed write does not keep the next one from being tried. */
  const change = async (edit: (document: Document) => void): Promise<void> => {
    const document = await load();
    edit(document);
    const text = JSON.stringify(document);
    writing = writing.then(
      () => store.write(text),
      () => store.write(text),
    );
    await writing;
  };
  /** Two pods may pull the same image at a time, so each has an entry of its own. */
  const endIntent = (document: Document, image: string): void => {
    const at = document.intents.indexOf(image);
    if (at >= 0) document.intents.splice(at, 1);
  };

  return {
    async mustPull(image, repository, id, credentials) {
      const { pulled, intents } = await load();
      const record = pulled[id];
      if (!record) return intents.includes(image);
      const access = record.access[repository];
      if (!access) return true;
      return !access.everyone && !credentials.some((credential) => accepts(access, credential));
    },
    begin: (image) => change(({ intents }) => intents.push(image)),
    failed: (image) => change((document) => endIntent(document, image)),
    succeeded: ({ image, repository, id, credential, wasThere, at }) =>
      change((document) => {
        endIntent(document, image);
        if (!wasThere || document.brought[image]) document.brought[image] = { id, at };
        document.pulled[id] ??= { access: {} };
        const { access } = document.pulled[id];
        access[repository] ??= { everyone: false, secrets: [] };
        const own = access[repository];
        if (!credential) own.everyone = true;
        else if (!own.secrets.some((known) => isSame(known, recordOf(credential))))
          own.secrets.push(recordOf(credential));
      }),
    brought: async () => new Map(Object.entries((await load()).brought)),
    async wanted(images, at) {
      const { brought, intents } = await load();
      const given = Object.entries(brought).flatMap(([name, { id, at: since }]) => {
        // The engine tells of a pull of this node while it is under way.
        const isOwn = at <= since || intents.includes(name);
        return !isOwn && images.some((image) => means(image, name, id)) ? [name] : [];
      });
      if (given.length === 0) return;
      await change((document) => {
        for (const name of given) delete document.brought[name];
      });
    },
    forget: (name) =>
      change((document) => {
        delete document.brought[name];
      }),
  };
}
