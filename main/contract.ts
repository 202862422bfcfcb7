/**
 * Every call and event between the window and main, as types. Both shells (Electron IPC and the web shell's socket)
 * carry exactly these. The types of inputs and outputs are in `main/contract/`, by topic. To add a call, add a line
 * here and a handler in `main/calls/`; the compiler reports a missing one.
 */
import type { AnyObject, ObjectList } from '../agent/api/types.ts';
import type { Preferences, Usage } from './contract/app.ts';
import type {
  AddNodesOptions,
  BootProgress,
  ClusterStatus,
  EngineStatus,
  KubeContext,
  StartOptions,
} from './contract/clusters.ts';
import type { CallError, Reply } from './contract/reply.ts';
import type { AccessAnswer, AccessQuestion, Dependents, ResourceRef, ResourceSchema } from './contract/resources.ts';
import type { ContextResources, LogPosition, ResourceChanges } from './contract/streams.ts';

export interface DesktopCalls {
  'app.info': {
    input: undefined;
    output: { version: string; platform: string; shell: 'electron' | 'web'; firstRun: boolean };
  };
  /** CPU and memory of the app, and of the nodes of `profile`. */
  'app.usage': { input: { profile?: string }; output: { app: Usage; cluster?: Usage } };
  'app.openExternal': { input: { url: string }; output: undefined };
  'engine.status': { input: undefined; output: EngineStatus };
  'engine.install': { input: undefined; output: EngineStatus };
  'cluster.list': { input: undefined; output: ClusterStatus[] };
  'cluster.start': { input: { profile: string; options?: StartOptions }; output: ClusterStatus };
  'cluster.stop': { input: { profile: string }; output: ClusterStatus };
  'cluster.delete': { input: { profile: string }; output: undefined };
  'cluster.cancel': { input: { profile: string }; output: undefined };
  /** Adds nodes to a running cluster; they join it by a bootstrap token. */
  'node.add': { input: { profile: string; options?: AddNodesOptions }; output: ClusterStatus };
  /**
   * Drains a worker and removes it with everything on it. `force`: also with pods that nothing makes again, volumes
   * that are on it, and pods that a disruption budget protects.
   */
  'node.remove': { input: { profile: string; node: string; force?: boolean }; output: ClusterStatus };
  'node.stop': { input: { profile: string; node: string }; output: ClusterStatus };
  'node.start': { input: { profile: string; node: string }; output: ClusterStatus };
  'node.restart': { input: { profile: string; node: string }; output: ClusterStatus };
  'context.list': { input: undefined; output: KubeContext[] };
  'context.use': { input: { context: string }; output: undefined };
  /** Sends one small request, so that the window can tell an idle cluster from an unreachable one. Latency in ms. */
  'context.ping': { input: { context: string }; output: { latency: number; version: string } };
  /**
   * Whether the context's user may do these things, in the order of the questions. Main keeps answers for 15 seconds.
   */
  'context.access': { input: { context: string; questions: readonly AccessQuestion[] }; output: AccessAnswer[] };
  /**
   * Emits `context.resources` with the same id, now and whenever the served resources change, until
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
  /** Posts an object to its collection, or to a subresource of an existing object (`eviction`). */
  'resource.create': {
    input: {
      context: string;
      resource: ResourceRef;
      namespace?: string;
      object: unknown;
      /** Name of the object whose subresource is meant. */
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
      /** Why this object failed. When there are several objects, Skiff still applies the others. */
      error?: CallError;
    }[];
  };
  'resource.describe': {
    input: {
      context: string;
      resource: ResourceRef;
      name: string;
      namespace?: string;
      /** Fields whose values are shown as their size only, such as the `data` of a Secret. */
      concealed?: readonly string[];
    };
    output: string;
  };
  /**
   * All that the objects with these uids own, directly or through other objects. `namespace`: that of the owners, if
   * any.
   */
  'resource.dependents': {
    input: { context: string; owners: readonly string[]; namespace?: string };
    output: Dependents;
  };
  /** Documentation of the fields as the server publishes it; undefined if it publishes none. */
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
      /** `table`: with the columns and cells that the server computes. */
      form?: 'objects' | 'table';
      /** Namespaces to list one by one if the user may not list a namespaced resource in all namespaces. */
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
      /**
       * Send only later lines: the position of the last `log.lines`, for the case that main no longer has the stream.
       */
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
  /** Characters of output that the window has drawn so far. Main pauses a shell that is too far ahead of them. */
  'shell.shown': { input: { id: string; characters: number }; output: undefined };
  /** Ends a watch, a log or a shell. */
  'subscription.close': { input: { id: string }; output: undefined };
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

/** What the window sees of main; both shells provide it. */
export interface Desktop {
  call<C extends CallName>(name: C, input: DesktopCalls[C]['input']): Promise<Reply<DesktopCalls[C]['output']>>;
  on<E extends EventName>(name: E, listener: (event: DesktopEvents[E]) => void): () => void;
}
