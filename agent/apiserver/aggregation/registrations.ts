/** Which API services are registered, and which groups and versions other servers serve. Follows what is stored. */
import { apiServices } from '../../api/apiregistration/api-service.ts';
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { localPriority, type Priority } from '../../api/apiregistration/priorities.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { AnyObject, APIService } from '../../api/types.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import type { Follower } from '../state/resource-state.ts';
import type { State } from '../state/state.ts';

export interface Registrations {
  get(name: string): APIService | undefined;
  all(): Iterable<APIService>;
  /** The registration of a group and version that another server serves. */
  remote(at: GroupVersion): APIService | undefined;
  /** The same by name; undefined where the API is served here, or by nobody any more. */
  remoteNamed(name: string): APIService | undefined;
  remotes(): Iterable<APIService>;
  readonly hasRemotes: boolean;
  priorityOf(at: GroupVersion): Priority;
  /** Counts changes. */
  readonly revision: number;
  /** Calls `changed` with the name after every change. Returns what stops it. */
  onChange(changed: (name: string) => void): () => void;
  stop(): void;
}

/** The server's own, whoever else claims it: who could mend it otherwise? */
const isOwn = ({ group }: GroupVersion): boolean => group === '' || group === 'apiregistration.k8s.io';

export function followRegistrations(state: State): Registrations {
  const { objects, followers } = state.of(apiServices);
  const remotes = new Map<string, APIService>();
  const listeners = new Set<(name: string) => void>();
  let revision = 0;

  const remember = (service: APIService): void => {
    const at = groupVersionOf(service);
    if (service.spec.service && !isOwn(at)) remotes.set(apiVersionOf(at), service);
    else remotes.delete(apiVersionOf(at));
  };
  const serviceIn = ({ object }: { object: object }): APIService => object as AnyObject & APIService;
  const get = (name: string): APIService | undefined => {
    const record = objects.get(name);
    return record && serviceIn(record);
  };
  for (const record of objects.list('')) remember(serviceIn(record));
  const follow: Follower = ({ type, record }) => {
    const service = serviceIn(record);
    if (type === 'DELETED') remotes.delete(apiVersionOf(groupVersionOf(service)));
    else remember(service);
    revision += 1;
    for (const listener of listeners) listener(record.name);
  };
  followers.add(follow);

  return {
    get,
    all: () => objects.list('').map(serviceIn),
    remote: (at) => remotes.get(apiVersionOf(at)),
    remoteNamed: (name) => {
      const service = get(name);
      return service && remotes.get(apiVersionOf(groupVersionOf(service)));
    },
    remotes: () => remotes.values(),
    get hasRemotes() {
      return remotes.size > 0;
    },
    priorityOf: (at) => {
      const spec = remotes.get(apiVersionOf(at))?.spec;
      return spec ? { group: spec.groupPriorityMinimum, version: spec.versionPriority } : localPriority(at);
    },
    get revision() {
      return revision;
    },
    onChange: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    stop: () => followers.delete(follow),
  };
}
