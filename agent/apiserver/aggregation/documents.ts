/**
 * What other servers document of their APIs. Asked when a client wants it, and kept for a minute.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/openapi/aggregator/aggregator.go and
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/openapiv3/aggregator/aggregator.go
 */
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { isObject } from '../../api/json/value.ts';
import { apiVersionOf } from '../../api/kind.ts';
import { type DocumentPart, partBelow } from '../../api/openapi/merge-v2.ts';
import type { APIService } from '../../api/types.ts';
import type { Fetching } from './fetch.ts';
import { fetchJson } from './fetch.ts';

export interface DocumentedPart extends DocumentPart {
  /** Changes with the content. */
  tag: string;
}

export interface RemoteDocuments {
  /** Of version 2, in the order of the registrations. Servers that cannot be asked are left out. */
  parts(services: readonly APIService[]): Promise<DocumentedPart[]>;
  /** Of version 3: addresses of documents by `apis/group/version`. */
  index(services: readonly APIService[]): Promise<Record<string, { serverRelativeURL: string }>>;
  /** What a server that knows no version 3 documents of its API; undefined: it knows it, or documents nothing. */
  onlyInV2(service: APIService): Promise<DocumentedPart | undefined>;
}

/** What a server says of its documents of version 3. */
interface Root {
  isKnown: boolean;
  url?: string | undefined;
}

/** Milliseconds. */
const freshness = 60_000;

interface Kept<T> {
  /** Of the registration: another one may lead elsewhere. */
  resourceVersion: string;
  until: number;
  value: Promise<T>;
}

/** Several clients at once ask a server once. What could not be fetched is not kept. */
function keeping<T>(now: () => number, fetch: (service: APIService) => Promise<T>) {
  const kept = new Map<string, Kept<T>>();
  return (service: APIService): Promise<T> => {
    const { name, resourceVersion } = service.metadata;
    const known = kept.get(name);
    if (known && known.until > now() && known.resourceVersion === resourceVersion) return known.value;
    const value = fetch(service);
    kept.set(name, { resourceVersion, until: now() + freshness, value });
    value.catch(() => kept.delete(name));
    return value;
  };
}

const settled = async <T>(promises: Promise<T>[]): Promise<T[]> =>
  (await Promise.allSettled(promises)).flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));

const keyOf = (service: APIService): string => `apis/${apiVersionOf(groupVersionOf(service))}`;

/** Where the server says that the document is, if it is where it must be for the request to come to it. */
function addressIn(document: unknown, key: string): string | undefined {
  const paths = isObject(document) ? document.paths : undefined;
  const entry = isObject(paths) ? paths[key] : undefined;
  const url = isObject(entry) ? entry.serverRelativeURL : undefined;
  const own = `/openapi/v3/${key}`;
  if (typeof url !== 'string') return undefined;
  return url === own || url.startsWith(`${own}?`) ? url : own;
}

export function createRemoteDocuments(fetching: Fetching): RemoteDocuments {
  const { now } = fetching.clock;
  const part = keeping(now, async (service): Promise<DocumentedPart> => {
    const { status, value, tag } = await fetchJson(fetching, service, '/openapi/v2', 'application/json');
    if (status !== 200) throw new Error(`${service.metadata.name} answers ${status} to /openapi/v2`);
    return { ...partBelow(value, `/${keyOf(service)}/`), tag };
  });
  const root = keeping(now, async (service): Promise<Root> => {
    const { status, value } = await fetchJson(fetching, service, '/openapi/v3', 'application/json');
    if (status === 404) return { isKnown: false };
    return { isKnown: true, url: status === 200 ? addressIn(value, keyOf(service)) : undefined };
  });
  const address = async (service: APIService): Promise<[string, string | undefined]> => {
    const { isKnown, url } = await root(service);
    const key = keyOf(service);
    return [key, isKnown ? url : `/openapi/v3/${key}?hash=${(await part(service)).tag.toUpperCase()}`];
  };
  return {
    parts: (services) => settled(services.map(part)),
    index: async (services) => {
      const found = await settled(services.map(address));
      return Object.fromEntries(found.flatMap(([key, url]) => (url ? [[key, { serverRelativeURL: url }]] : [])));
    },
    onlyInV2: async (service) => {
      // Who cannot be asked says so to the client itself.
      const [known] = await settled([root(service)]);
      const [found] = known?.isKnown === false ? await settled([part(service)]) : [];
      return found;
    },
  };
}
