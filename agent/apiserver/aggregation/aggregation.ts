/**
 * APIs that other servers serve, as upstream's aggregator: who serves which group and version, and the way there.
 * https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
 */
import { apiServices, available } from '../../api/apiregistration/api-service.ts';
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { localPriority } from '../../api/apiregistration/priorities.ts';
import { isConditionTrue } from '../../api/conditions.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { KindRegistry } from '../../api/registry.ts';
import type { APIService } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import { noSuchPath } from '../errors.ts';
import type { Reply } from '../reply.ts';
import type { ServerRequest } from '../request.ts';
import { type AutoRegister, autoRegister } from './auto-register.ts';
import type { DocumentedPart } from './documents.ts';
import type { AggregationOptions } from './options.ts';
import { followRegistrations, type Registrations } from './registrations.ts';
import type { RemoteApis } from './remote-apis.ts';
import { createServedKinds } from './served-kinds.ts';
import type { PriorityOf, RemoteVersion } from './versions.ts';

export interface Aggregation {
  /**
   * Follows registrations, and registers what the server serves by itself; resolves once that is stored. Rejects with
   * `Refused` where something may not be: it is called again then, and what is registered is served meanwhile.
   */
  start(transport: Transport): Promise<void>;
  /** The registration behind a path; undefined where this server answers by itself. */
  at(pathname: string): APIService | undefined;
  pass(service: APIService, request: ServerRequest): Promise<Reply>;
  /** Counts what changes `versions` and `priorityOf`. */
  readonly revision: number;
  versions(): readonly RemoteVersion[];
  priorityOf: PriorityOf;
  /** What other servers document of their APIs; see `RemoteDocuments`. */
  documentedParts(): Promise<readonly DocumentedPart[]>;
  documentIndex(): Promise<Readonly<Record<string, { serverRelativeURL: string }>>>;
  documentedOnlyInV2(service: APIService): Promise<DocumentedPart | undefined>;
  /** What this server has, and what others serve through it. */
  kinds: KindRegistry;
  close(): void;
}

const groupVersionPath = /^\/apis\/([^/]+)\/([^/]+)(?:\/|$)/;

function registeredAt(registrations: Registrations, pathname: string): APIService | undefined {
  if (!registrations.hasRemotes) return undefined;
  const [, group = '', version = ''] = groupVersionPath.exec(pathname) ?? [];
  return registrations.remote({ group, version });
}

/** Where no API services are served, everything is this server's own. */
const nothingElse = (kinds: KindRegistry): Aggregation => ({
  start: async () => {},
  at: () => undefined,
  pass: async () => {
    throw noSuchPath();
  },
  revision: 0,
  versions: () => [],
  priorityOf: localPriority,
  documentedParts: async () => [],
  documentIndex: async () => ({}),
  documentedOnlyInV2: async () => undefined,
  kinds,
  close: () => {},
});

export function createAggregation(options: AggregationOptions): Aggregation {
  const { state, kinds, clock, log, signal } = options;
  if (!kinds.list().includes(apiServices)) return nothingElse(kinds);
  const builtIn = kinds.list();
  const registrations = followRegistrations(state);
  let loading: Promise<RemoteApis> | undefined;
  let remotes: RemoteApis | undefined;
  let own: AutoRegister | undefined;

  const unknown = (): string[] =>
    [...registrations.remotes()]
      .map(groupVersionOf)
      .filter((at) => !remotes?.discoveries.isCurrent(at))
      .map(apiVersionOf);
  const served = createServedKinds(kinds, log, unknown);
  const load = (transport: Transport): Promise<RemoteApis> => {
    loading ??= import('./remote-apis.ts').then(({ createRemoteApis }) => {
      remotes = createRemoteApis({ ...options, registrations, transport, served });
      if (signal.aborted) remotes.close();
      return remotes;
    });
    return loading;
  };
  const prepare = (transport: Transport): void => {
    load(transport).catch((error: unknown) => log.error('Could not follow other API servers', { error }));
  };
  const inReach = (): APIService[] =>
    [...registrations.remotes()].filter(({ status }) => isConditionTrue(status?.conditions, available));
  const loaded = Promise.withResolvers<Transport>();

  const follow = (transport: Transport): AutoRegister => {
    loaded.resolve(transport);
    registrations.onChange((name) => {
      if (remotes) remotes.changed(name);
      else if (registrations.hasRemotes) prepare(transport);
    });
    if (registrations.hasRemotes) prepare(transport);
    return autoRegister({ state, registrations, builtIn, transport, clock, log, signal });
  };

  return {
    start: async (transport) => {
      own ??= follow(transport);
      await own.start();
    },
    at: (pathname) => registeredAt(registrations, pathname),
    pass: async (service, request) => (await load(await loaded.promise)).pass(service, request),
    get revision() {
      return registrations.revision + (remotes?.discoveries.revision ?? 0);
    },
    versions: () =>
      remotes?.discoveries.versions() ??
      [...registrations.remotes()].map((service) => ({ ...groupVersionOf(service), discovery: undefined })),
    priorityOf: registrations.priorityOf,
    documentedParts: async () => remotes?.documents.parts(inReach()) ?? [],
    documentIndex: async () => remotes?.documents.index(inReach()) ?? {},
    documentedOnlyInV2: async (service) =>
      inReach().includes(service) ? remotes?.documents.onlyInV2(service) : undefined,
    kinds: served,
    close: () => {
      own?.stop();
      registrations.stop();
      remotes?.close();
    },
  };
}
