/**
 * Every call and event between the window and main: types only. Both shells (Electron IPC and the web shell's socket)
 * carry exactly this. Adding a call is a line here and a handler in `main/calls/`; the compiler finds an omission.
 */
import type { AnyObject, ObjectList, WatchEvent } from '../agent/api/types.ts';

/** Errors are data at this boundary. `hint` is the next step for the person. */
export interface CallError {
  code: string;
  message: string;
  hint?: string;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; error: CallError };

export type ProfileState = 'absent' | 'stopped' | 'starting' | 'running' | 'degraded' | 'stopping' | 'error';

export interface ClusterStatus {
  profile: string;
  state: ProfileState;
  /** Name of the kubeconfig context, e.g. `skiff`. */
  context: string;
  runtime: 'docker' | 'simulated';
  /** `https://127.0.0.1:PORT`; absent where the cluster was never started. */
  server?: string;
  kubernetesVersion: string;
  nodes: {
    name: string;
    role: 'control-plane' | 'worker';
    ip: string;
    state: 'running' | 'stopped' | 'missing';
    ready: boolean;
  }[];
  unhealthyPods: number;
  /** What answers on localhost. */
  exposed: ExposedPort[];
  /** What is being done to it, by whichever process: `state` is `starting` or `stopping` then. */
  underWay?: UnderWay;
  error?: CallError;
}

export interface UnderWay {
  operation: BootProgress['operation'];
  /** The number of the process that does it. */
  process: number;
  /** The one that is running, counted from 1. */
  step?: { title: string; number: number; of: number };
}

export interface ExposedPort {
  namespace: string;
  service: string;
  port: number;
  protocol: 'TCP' | 'UDP';
  url?: string;
}

export interface StartOptions {
  nodes?: number;
  /** Cores and bytes per node that pods may ask for; default: what the engine has. */
  cpus?: number;
  memory?: number;
  runtime?: 'docker' | 'simulated';
  /** Wait until workloads of kube-system and all nodes are Ready. */
  wait?: boolean;
}

export interface BootStepProgress {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'cancelled';
  /** Milliseconds. */
  elapsed: number;
}

export interface BootFailure extends CallError {
  step: string;
  /** The command or engine call that failed, as one would type it. */
  command?: string;
  /** The last lines of the log of what failed. */
  log: string[];
}

export interface BootProgress {
  profile: string;
  operation: 'start' | 'stop' | 'delete';
  steps: BootStepProgress[];
  finished: boolean;
  failure?: BootFailure;
  cancelled?: boolean;
  /** The number of the process that does it, where it is not this one: it can be cancelled only there. */
  elsewhere?: number;
}

export interface EngineStatus {
  found: boolean;
  /** `Docker 20.10.24`, `Podman 5.2`, ... */
  name?: string;
  endpoint?: string;
  apiVersion?: string;
  cpus?: number;
  /** Bytes. */
  memory?: number;
  /** What was looked for and what came of it, in order. */
  looked: { endpoint: string; source: string; outcome: string }[];
  /** What can be done from here; with `throughSudo` only where a person can type a password, at a terminal. */
  remedy?: { title: string; command?: string; canRun: boolean; throughSudo?: boolean };
}

export interface KubeContext {
  name: string;
  cluster: string;
  namespace: string;
  current: boolean;
  /** Profile name where the context is one of ours. */
  profile?: string;
}

/** A resource as the window names it; its version and its kind come from discovery. '' is the core group. */
export interface ResourceRef {
  group: string;
  plural: string;
}

/** What an API server says of one of its resources, in the version that it prefers. */
export interface ServedResource extends ResourceRef {
  version: string;
  kind: string;
  singular: string;
  namespaced: boolean;
  /** What may be asked of it at all, whoever asks: `list`, `watch`, `delete`, ... */
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** `status`, `scale`, `log`, ... */
  subresources: readonly string[];
}

export interface ServedResources {
  resources: readonly ServedResource[];
  /** `GROUP/VERSION` of the aggregated APIs that do not answer now. */
  silent: readonly string[];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
export interface AccessQuestion {
  resource: ResourceRef;
  verb: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export interface AccessAnswer {
  allowed: boolean;
  /** Why not, as a sentence that names who may not do what. */
  reason?: string;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export interface TableColumn {
  name: string;
  /** An OpenAPI type (`string`, `integer`, `number`, `boolean`), or `date` in tables of custom resources. */
  type: string;
  format: string;
  description: string;
  /** 0 is always shown; higher ones where there is room. */
  priority: number;
}

export type TableCell = string | number | boolean | null;

export interface Dependents {
  groups: readonly {
    resource: ResourceRef;
    kind: string;
    objects: readonly { name: string; namespace?: string; uid: string; created: string }[];
  }[];
  /** Resources that could not be looked into. */
  unseen: readonly string[];
}

/** An OpenAPI v3 schema, as far as the window reads it. `$ref` names another one of the same document. */
export interface FieldSchema {
  type?: string;
  format?: string;
  description?: string;
  $ref?: string;
  properties?: Readonly<Record<string, FieldSchema>>;
  additionalProperties?: FieldSchema;
  items?: FieldSchema;
  enum?: readonly unknown[];
  required?: readonly string[];
}

export interface ResourceSchema {
  root: FieldSchema;
  definitions: Readonly<Record<string, FieldSchema>>;
}

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Boot the default profile when the app opens. */
  startOnOpen: boolean;
  defaultProfile: string;
  [key: `table.${string}`]: unknown;
  /** By context: namespaces that the user typed, where the server does not list them. */
  [key: `namespaces.${string}`]: unknown;
}

export interface DesktopCalls {
  'app.info': {
    input: undefined;
    output: { version: string; platform: string; shell: 'electron' | 'web'; firstRun: boolean };
  };
  /** The app's own, and that of the nodes of the profile on screen. */
  'app.usage': { input: { profile?: string }; output: { app: Usage; cluster?: Usage } };
  'app.openExternal': { input: { url: string }; output: undefined };
  'engine.status': { input: undefined; output: EngineStatus };
  'engine.install': { input: undefined; output: EngineStatus };
  'cluster.list': { input: undefined; output: ClusterStatus[] };
  'cluster.start': { input: { profile: string; options?: StartOptions }; output: ClusterStatus };
  'cluster.stop': { input: { profile: string }; output: ClusterStatus };
  'cluster.delete': { input: { profile: string }; output: undefined };
  'cluster.cancel': { input: { profile: string }; output: undefined };
  'context.list': { input: undefined; output: KubeContext[] };
  'context.use': { input: { context: string }; output: undefined };
  /** Measures one small request, so that the window can tell a quiet cluster from a lost one. Latency in ms. */
  'context.ping': { input: { context: string }; output: { latency: number; version: string } };
  /** May the user of the context do this? In the order of the questions; main remembers the answers for a moment. */
  'context.access': { input: { context: string; questions: readonly AccessQuestion[] }; output: AccessAnswer[] };
  /**
   * Tells what the context serves, now and whenever that changes, as `context.resources` with the same id until
   * `subscription.close`.
   */
  'context.discover': { input: { id: string; context: string }; output: undefined };
  'preferences.get': { input: undefined; output: Preferences };
  'preferences.set': { input: Partial<Preferences>; output: Preferences };
  'resource.list': {
    input: {
      context: string;
      resource: ResourceRef;
      namespace?: string;
      labelSelector?: string;
      fieldSelector?: string;
    };
    output: ObjectList;
  };
  'resource.get': {
    input: { context: string; resource: ResourceRef; name: string; namespace?: string };
    output: AnyObject;
  };
  'resource.delete': {
    input: { context: string; resource: ResourceRef; name: string; namespace?: string; gracePeriodSeconds?: number };
    output: undefined;
  };
  'resource.patch': {
    input: {
      context: string;
      resource: ResourceRef;
      name: string;
      namespace?: string;
      type: string;
      patch: unknown;
      subresource?: string;
    };
    output: AnyObject;
  };
  /** Posts an object to its collection, or to a subresource of one that is there (`eviction`). */
  'resource.create': {
    input: {
      context: string;
      resource: ResourceRef;
      namespace?: string;
      object: unknown;
      /** Of the object whose subresource it is. */
      name?: string;
      subresource?: string;
    };
    output: AnyObject;
  };
  'resource.replace': { input: { context: string; yaml: string; dryRun?: boolean }; output: AnyObject };
  /** Applies every document of a YAML stream as `kubectl apply` would: create, or three-way patch. */
  'resource.apply': {
    input: { context: string; yaml: string; namespace?: string; dryRun?: boolean };
    output: {
      kind: string;
      name: string;
      namespace?: string;
      result: 'created' | 'configured' | 'unchanged' | 'failed';
      warnings: string[];
      /** Of one that failed where there are several: the others are applied all the same. */
      error?: CallError;
    }[];
  };
  'resource.describe': {
    input: { context: string; resource: ResourceRef; name: string; namespace?: string };
    output: string;
  };
  /** What the objects with these uids own, and what that owns; `namespace` where they are in one. */
  'resource.dependents': {
    input: { context: string; owners: readonly string[]; namespace?: string };
    output: Dependents;
  };
  /** Documentation of the fields, as the server publishes it; undefined where it publishes none. */
  'resource.schema': { input: { context: string; resource: ResourceRef }; output: ResourceSchema | undefined };
  /** Starts a live list; changes come as `resource.changes` with the same id until `subscription.close`. */
  'resource.watch': {
    input: {
      id: string;
      context: string;
      resource: ResourceRef;
      namespace?: string;
      labelSelector?: string;
      fieldSelector?: string;
      /** `table`: with the server's own columns and cells. */
      form?: 'objects' | 'table';
      /** Where to look instead, if the user may not list a namespaced resource in all namespaces. */
      fallback?: readonly string[];
    };
    output: undefined;
  };
  'log.open': {
    input: {
      id: string;
      context: string;
      namespace: string;
      pod: string;
      container: string;
      follow: boolean;
      previous?: boolean;
      tailLines?: number;
      sinceSeconds?: number;
      timestamps?: boolean;
      /** Only what comes after: what the last `log.lines` said, where main has forgotten the stream. */
      after?: LogPosition;
    };
    output: undefined;
  };
  'shell.open': {
    input: { id: string; columns: number; rows: number } & (
      | { type: 'local'; context: string }
      | { type: 'pod'; context: string; namespace: string; pod: string; container: string; command?: string[] }
      | { type: 'node'; profile: string; node: string }
    );
    output: undefined;
  };
  'shell.input': { input: { id: string; data: string }; output: undefined };
  'shell.resize': { input: { id: string; columns: number; rows: number }; output: undefined };
  /** How many characters of output have been shown, in all: a shell that is far ahead of that is held. */
  'shell.shown': { input: { id: string; characters: number }; output: undefined };
  /** Ends a watch, a log or a shell. */
  'subscription.close': { input: { id: string }; output: undefined };
}

/** How far a log was read: since the beginning of its newest second (`since`), `count` lines were seen. */
export interface LogPosition {
  since: string;
  count: number;
  /** The newest stamp. */
  stamp: string;
}

export interface Usage {
  /** Cores. */
  cpu: number;
  /** Bytes (PSS where the platform tells). */
  memory: number;
}

/** `resync` replaces everything that is known under the id; `synced` tells that the initial list has been delivered. */
export interface ResourceChanges {
  id: string;
  resync?: AnyObject[];
  events: WatchEvent[];
  synced: boolean;
  /** Of a table: its columns, and the cells of each object of `resync`, then of `events`, in their order. */
  table?: { columns: readonly TableColumn[]; cells: readonly (readonly TableCell[])[] };
  /** Milliseconds of the last request; for the footer. */
  latency?: number;
  error?: CallError;
  /** The user may not list it in all namespaces, as `error` says: from now on changes are of these, one at a time. */
  confined?: readonly string[];
  /** Of a confined list: whose objects `resync` replaces, and whose `error` it is. */
  namespace?: string;
}

/** `served` where it has changed, `error` where the server could not be asked. */
export interface ContextResources {
  id: string;
  served?: ServedResources;
  error?: CallError;
}

export interface DesktopEvents {
  'cluster.progress': BootProgress;
  'cluster.changed': ClusterStatus[];
  'context.changed': KubeContext[];
  'context.resources': ContextResources;
  'preferences.changed': Preferences;
  'resource.changes': ResourceChanges;
  'log.lines': { id: string; lines: string[]; position?: LogPosition; ended?: boolean; error?: CallError };
  'shell.output': { id: string; data: string };
  'shell.exit': { id: string; exitCode?: number; error?: CallError };
}

export type CallName = keyof DesktopCalls;
export type EventName = keyof DesktopEvents;

export type Handlers = {
  [C in CallName]: (input: DesktopCalls[C]['input'], signal: AbortSignal) => Promise<DesktopCalls[C]['output']>;
};

/** What the window sees of main, whichever shell is around it. */
export interface Desktop {
  call<C extends CallName>(name: C, input: DesktopCalls[C]['input']): Promise<Reply<DesktopCalls[C]['output']>>;
  on<E extends EventName>(name: E, listener: (event: DesktopEvents[E]) => void): () => void;
}
