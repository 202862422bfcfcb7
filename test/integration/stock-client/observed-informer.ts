/** The stock client's informer, with what it says written down, and a connection that a test can cut. */
import {
  CoreV1Api,
  type KubeConfig,
  type KubernetesObject,
  ListWatch,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import type { Clock } from '../../../agent/clock.ts';

export interface ObservedInformer {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What it has said since the last call, in order: `add a 12`, `update a 13`, `delete a`. */
  take(): string[];
  /** The resourceVersion of each object that it knows, by name. */
  cache(): Record<string, string>;
  /** How often it has listed. */
  lists(): number;
  /** Grows with each bookmark, and with each watch that begins. */
  progress(): number;
  /** Breaks its connection. */
  cut(): void;
}

export interface InformerOptions {
  config: KubeConfig;
  clock: Clock;
  namespace: string;
  labelSelector: string;
  /** Whether the server is to tell it how far it is while nothing happens. */
  bookmarks: boolean;
  /** After an error it is started again so much later, milliseconds. */
  pause: () => number;
}

class CuttableWatch extends Watch {
  readonly #more: Record<string, boolean>;
  #connection: AbortController | undefined;
  progress = 0;

  constructor(config: KubeConfig, more: Record<string, boolean>) {
    super(config);
    this.#more = more;
  }

  override async watch(...[path, query, callback, done]: Parameters<Watch['watch']>): Promise<AbortController> {
    const observed: typeof callback = (phase, object, event) => {
      callback(phase, object, event);
      if (phase === 'BOOKMARK') this.progress += 1;
    };
    this.#connection = await super.watch(path, { ...query, ...this.#more }, observed, done);
    this.progress += 1;
    return this.#connection;
  }

  cut(): void {
    this.#connection?.abort();
  }
}

const nameOf = ({ metadata }: KubernetesObject): string => metadata?.name ?? '';
const versionOf = ({ metadata }: KubernetesObject): string => metadata?.resourceVersion ?? '';

/** An informer of config maps; it starts itself again after errors, as its users do. */
export function createObservedInformer(options: InformerOptions): ObservedInformer {
  const { config, clock, namespace, labelSelector, bookmarks, pause } = options;
  const api = config.makeApiClient(CoreV1Api);
  const watch = new CuttableWatch(config, bookmarks ? { allowWatchBookmarks: true } : {});
  let lists = 0;
  let said: string[] = [];
  const list = () => {
    lists += 1;
    return api.listNamespacedConfigMap({ namespace, labelSelector });
  };
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const informer = new ListWatch<V1ConfigMap>(path, watch, list, false, labelSelector, undefined, {
    delayFn: (milliseconds) => clock.sleep(milliseconds),
  });
  informer.on('add', (object) => said.push(`add ${nameOf(object)} ${versionOf(object)}`));
  informer.on('update', (object) => said.push(`update ${nameOf(object)} ${versionOf(object)}`));
  informer.on('delete', (object) => said.push(`delete ${nameOf(object)}`));
  let stopped = false;
  informer.on('error', () => {
    if (!stopped) clock.after(pause(), () => void informer.start());
  });
  return {
    start: () => informer.start(),
    stop: () => {
      stopped = true;
      return informer.stop();
    },
    take: () => {
      const taken = said;
      said = [];
      return taken;
    },
    cache: () => Object.fromEntries(informer.list(namespace).map((object) => [nameOf(object), versionOf(object)])),
    lists: () => lists,
    progress: () => watch.progress,
    cut: () => watch.cut(),
  };
}
