/**
 * What one API server serves: read once per connection, and again when a caller says that it may have changed.
 * Aggregated discovery (1.26 and newer) takes two requests, which the server may answer with 304. Older servers are
 * asked for each group version.
 */

import { ApiError, isNotFound } from '../../../agent/api/errors.ts';
import { mediaType } from '../../../agent/api/media-types.ts';
import type { ResourceRef, ServedResource, ServedResources } from '../../contract/resources.ts';
import { CallFailure } from '../../failure.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { expectSuccess, readText, requestJson } from '../../kube/requests.ts';
import {
  firstOfEach,
  type GroupVersion,
  groupVersionsOf,
  isAggregated,
  type LegacyList,
  type LegacyRoots,
  readAggregated,
  readLegacy,
  textOf,
} from './documents.ts';

const aggregated = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const accept = [aggregated('v2'), aggregated('v2beta1'), mediaType.json].join(',');
const patience = 15_000;
/** Parallel requests to a server that is asked group by group. */
const concurrency = 8;

interface Root {
  text: string;
  etag?: string;
}

export class ServerResources {
  /** As of the last refresh; the identical object as long as nothing has changed. */
  current: ServedResources | undefined;
  /** True if asking again is cheap: the server answers 304 when nothing has changed. */
  isCheap = false;
  private readonly connection: KubeConnection;
  private readonly roots = new Map<string, Root>();
  private refreshing: Promise<ServedResources> | undefined;

  constructor(connection: KubeConnection) {
    this.connection = connection;
  }

  /** Concurrent callers share one request. */
  refresh(): Promise<ServedResources> {
    this.refreshing ??= this.read().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  /** Throws `CallFailure` NotServed if the server does not know the resource, even after a refresh. */
  async find(ref: ResourceRef): Promise<ServedResource> {
    const is = ({ group, plural }: ServedResource) => group === ref.group && plural === ref.plural;
    const found = this.current?.resources.find(is) ?? (await this.refresh()).resources.find(is);
    if (found) return found;
    throw new CallFailure(
      'NotServed',
      `the server does not serve ${ref.group ? `${ref.plural}.${ref.group}` : ref.plural}`,
      'Its CustomResourceDefinition or its API service may have been removed, or was never installed in this cluster.',
    );
  }

  private async read(): Promise<ServedResources> {
    const signal = AbortSignal.timeout(patience);
    const before = [this.roots.get('/api'), this.roots.get('/apis')];
    const roots = await Promise.all([this.root('/api', signal), this.root('/apis', signal)]);
    const documents: unknown[] = roots.map(({ text }) => JSON.parse(text));
    this.isCheap = roots.every(({ etag }) => etag !== undefined) && documents.every(isAggregated);
    const isSame = roots.every((root, at) => root.text === before[at]?.text);
    if (documents.every(isAggregated)) {
      if (!this.current || !isSame) this.current = readAggregated(documents);
      return this.current;
    }
    const [core, named] = documents as [LegacyRoots, LegacyRoots];
    const next = await this.readEach(groupVersionsOf(core, named), signal);
    if (!this.current || JSON.stringify(next) !== JSON.stringify(this.current)) this.current = next;
    return this.current;
  }

  private async root(path: string, signal: AbortSignal): Promise<Root> {
    const known = this.roots.get(path);
    const condition: Record<string, string> = known?.etag ? { 'if-none-match': known.etag } : {};
    const headers = { accept, ...condition };
    const response = await this.connection.request({ method: 'GET', path, headers, signal });
    if (response.status === 304 && known) {
      await readText(response);
      return known;
    }
    // A server that only serves custom resources has no core group.
    if (response.status === 404 && path === '/api') {
      await readText(response);
      return { text: '{"kind":"APIGroupDiscoveryList"}' };
    }
    await expectSuccess(response);
    const { etag } = response.headers;
    const root = { text: await readText(response), ...(typeof etag === 'string' ? { etag } : {}) };
    this.roots.set(path, root);
    return root;
  }

  /** A group version that fails (an aggregated API that is down) does not hide the others. */
  private async readEach(groupVersions: readonly GroupVersion[], signal: AbortSignal): Promise<ServedResources> {
    const lists: ServedResource[][] = [];
    const silent: string[] = [];
    const waiting = [...groupVersions.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [at, groupVersion] = next;
        const { group, version } = groupVersion;
        const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
        try {
          const { value } = await requestJson<LegacyList>(this.connection, { method: 'GET', path, signal });
          lists[at] = readLegacy(groupVersion, value);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (!isNotFound(error)) silent.push(textOf(groupVersion));
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return { resources: firstOfEach(lists.flat()), silent: silent.sort() };
  }
}

/** The kubeconfig's connections are replaced when credentials change, and these with them. */
const known = new WeakMap<KubeConnection, ServerResources>();

export function resourcesOf(connection: KubeConnection): ServerResources {
  const found = known.get(connection) ?? new ServerResources(connection);
  known.set(connection, found);
  return found;
}
