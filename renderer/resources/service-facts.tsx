/** What a service, its endpoints and its ports on localhost say. */
import type { discovery, EndpointSlice, Service } from '../../agent/api/types.ts';
import { endpointSliceRef } from '../data/refs.ts';
import { listed, type Scene } from './view.ts';

export const urlsOf = ({ metadata }: Service, { exposed }: Scene) =>
  exposed.filter(({ namespace, service }) => namespace === metadata.namespace && service === metadata.name);

export function endpointsBehind(service: Service, scene: Scene): readonly discovery.Endpoint[] {
  const own = listed<EndpointSlice>(scene, endpointSliceRef).filter(
    ({ metadata }) =>
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  return own.flatMap((slice) => slice.endpoints ?? []);
}

/** Ready and all endpoints behind the service. */
export function endpointCount(service: Service, scene: Scene): { ready: number; total: number } {
  const all = endpointsBehind(service, scene);
  return { ready: all.filter(({ conditions }) => conditions?.ready !== false).length, total: all.length };
}

export function LocalUrls({ service, scene }: { service: Service; scene: Scene }) {
  const found = urlsOf(service, scene);
  if (found.length === 0) return <span className="muted">–</span>;
  return (
    <span className="truncate">
      {found.map(({ port, url }, at) => (
        <a
          key={port}
          className="url"
          href={url ?? `http://localhost:${port}`}
          target="_blank"
          rel="noreferrer"
          title={`Open localhost:${port}`}
          onClick={(event) => event.stopPropagation()}
        >
          {at === 0 ? 'localhost' : null}:{port}
        </a>
      ))}
    </span>
  );
}
