/**
 * Every call and event between the window and main: types only. Both shells (Electron IPC and the web shell's socket)
 * carry exactly this; what crosses is in `main/contract/`, by topic. Adding a call is a line here and a handler in
 * `main/calls/`; the compiler finds an omission.
 */
import type { AnyObject, ObjectList } from '../agent/api/types.ts';
import type { Preferences, Usage } from './contract/app.ts';
import type { BootProgress, ClusterStatus, EngineStatus, KubeContext, StartOptions } from './contract/clusters.ts';
import type { CallError, Reply } from './contract/reply.ts';
import type { AccessAnswer, AccessQuestion, Dependents, ResourceRef, ResourceSchema } from './contract/resources.ts';
import type { ContextResources, LogPosition, ResourceChanges } from './contract/streams.ts';

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
    input: {
      context: string;
      resource: ResourceRef;
      name: string;
      namespace?: string;
      /** Fields of the object whose values are told by their size only. */
      concealed?: readonly string[];
    };
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
