/**
 * Remembers what is in each API that another server serves: asked after every change of its registration and every
 * minute.
 */
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { apiVersionOf, type Kind } from '../../api/kind.ts';
import type { APIService } from '../../api/types.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { fetchDiscovery } from './discovery.ts';
import type { Fetching } from './fetch.ts';
import type { AggregationOptions } from './options.ts';
import { createPace } from './pace.ts';
import type { Registrations } from './registrations.ts';
import { type DiscoveredVersion, kindsOf } from './remote-kinds.ts';
import type { ServedKinds } from './served-kinds.ts';
import type { RemoteVersion, VersionDiscovery } from './versions.ts';

export interface DiscoveriesOptions extends Omit<AggregationOptions, 'reach'>, Fetching {
  registrations: Registrations;
  /** Gets the kinds of the servers that could be asked. */
  served: ServedKinds;
}

export interface Discoveries {
  /** Asks soon. */
  add(name: string): void;
  /** Asks now; resolves when that is over, whatever has come of it. */
  learn(name: string): Promise<void>;
  versions(): readonly RemoteVersion[];
  /** True where the server of the version could be asked the last time. */
  isCurrent(at: GroupVersion): boolean;
  /** Counts changes of `versions`. */
  readonly revision: number;
}

/** Milliseconds. */
const interval = 60_000;
const firstDelay = 500;

interface Known {
  discovery: VersionDiscovery;
  isCurrent: boolean;
}

const keyOf = (service: APIService): string => apiVersionOf(groupVersionOf(service));

function kindsIn(versions: readonly DiscoveredVersion[]): Kind[] {
  const groups = [...new Set(versions.map(({ group }) => group))];
  return groups.flatMap((name) =>
    kindsOf(
      name,
      versions.filter(({ group }) => group === name),
    ),
  );
}

export function createDiscoveries(options: DiscoveriesOptions): Discoveries {
  const { registrations, served, clock, log, signal } = options;
  const known = new Map<string, Known>();
  const pace = createPace(firstDelay, interval);
  let revision = 0;

  const publish = (): void => {
    revision += 1;
    const remotes = [...registrations.remotes()];
    const keys = new Set(remotes.map(keyOf));
    for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    const current = remotes.flatMap((service): DiscoveredVersion[] => {
      const { discovery, isCurrent = false } = known.get(keyOf(service)) ?? {};
      return discovery && isCurrent ? [{ ...groupVersionOf(service), discovery }] : [];
    });
    served.replaceRemote(kindsIn(current));
  };
  /** Milliseconds until it should be asked again. */
  const ask = async (name: string, service: APIService): Promise<number> => {
    const at = groupVersionOf(service);
    const key = keyOf(service);
    try {
      const discovery = await fetchDiscovery(options, service, at);
      known.set(key, { discovery: { ...discovery, freshness: 'Current' }, isCurrent: true });
      return pace.succeeded(name);
    } catch (error) {
      if (known.get(key)?.isCurrent !== false) log.info('Could not discover an API', { name, error });
      known.set(key, { discovery: { version: at.version, freshness: 'Stale' }, isCurrent: false });
      return pace.failed(name);
    }
  };
  const learn = async (name: string): Promise<void> => {
    const service = registrations.remoteNamed(name);
    if (service) queue.addAfter(name, await ask(name, service));
    else pace.succeeded(name);
    if (!signal.aborted) publish();
  };
  const queue = createWorkQueue({ name: 'discovery-manager', clock, log, signal, concurrency: 2, reconcile: learn });

  return {
    add: queue.add,
    learn,
    versions: () =>
      [...registrations.remotes()].map((service) => ({
        ...groupVersionOf(service),
        discovery: known.get(keyOf(service))?.discovery,
      })),
    isCurrent: (at) => known.get(apiVersionOf(at))?.isCurrent ?? false,
    get revision() {
      return revision;
    },
  };
}
