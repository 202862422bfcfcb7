import { Network, Share2, Waypoints } from 'lucide-react';
import { endpoints } from '../../../agent/api/core/endpoints.ts';
import { services } from '../../../agent/api/core/service.ts';
import { endpointSlices } from '../../../agent/api/discovery/endpoint-slice.ts';
import type { EndpointSlice, Endpoints, Service } from '../../../agent/api/types.ts';
import { endpointSliceRef, podRef } from '../../data/refs.ts';
import { Badge } from '../../ui/controls.tsx';
import { common } from '../actions.tsx';
import { ageColumn, derivedColumns, labelsColumn, nameColumn, namespaceColumn } from '../columns.tsx';
import { describeService } from '../describe/service.ts';
import { CreateService } from '../forms/create/create-service.tsx';
import { EndpointSliceOverview, EndpointsOverview } from '../overviews/endpoint-table.tsx';
import { ServiceOverview } from '../overviews/service-overview.tsx';
import { owned, selected } from '../relations.ts';
import { endpointCount, LocalUrls, urlsOf } from '../service-facts.tsx';
import { type Column, ofKind, type ResourceView } from '../view.ts';

export const ports = ({ spec }: Service): string =>
  (spec.ports ?? [])
    .map(({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
    .join(', ');

const hasSelector = ({ spec }: Service): boolean => Object.keys(spec.selector ?? {}).length > 0;

const columns: readonly Column<Service>[] = [
  nameColumn,
  namespaceColumn,
  {
    id: 'type',
    title: 'Type',
    width: 104,
    value: ({ spec }) => spec.type ?? 'ClusterIP',
    cell: ({ spec }) => <Badge tone={spec.type === 'ClusterIP' ? undefined : 'info'}>{spec.type ?? 'ClusterIP'}</Badge>,
  },
  { id: 'ip', title: 'Cluster IP', width: 110, value: ({ spec }) => spec.clusterIP ?? '' },
  {
    id: 'url',
    title: 'Localhost',
    width: 130,
    grow: 0.5,
    value: (service, scene) => urlsOf(service, scene)[0]?.port ?? 0,
    cell: (service, scene) => <LocalUrls service={service} scene={scene} />,
  },
  { id: 'ports', title: 'Ports', width: 140, grow: 0.8, value: ports },
  {
    id: 'selector',
    title: 'Selector',
    width: 140,
    grow: 1,
    hidden: true,
    mono: true,
    value: ({ spec }) =>
      Object.entries(spec.selector ?? {})
        .map((pair) => pair.join('='))
        .join(','),
  },
  {
    id: 'endpoints',
    title: 'Endpoints',
    width: 88,
    value: (service, scene) => endpointCount(service, scene).ready,
    cell: (service, scene) => {
      const { ready, total } = endpointCount(service, scene);
      if (total === 0 && !hasSelector(service)) return <span className="muted">–</span>;
      return <span className={ready === 0 ? 'tone-bad' : ready < total ? 'tone-warn' : ''}>{`${ready}/${total}`}</span>;
    },
  },
  labelsColumn,
  ageColumn,
];

export const servicesView: ResourceView<Service> = {
  ...ofKind(services),
  title: 'Services',
  icon: Network,
  columns,
  actions: common,
  needs: [endpointSliceRef],
  tone: () => 'ok',
  tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
  related: [selected(podRef, ({ spec }) => spec.selector), owned(endpointSliceRef)],
  deletion: { consequence: 'Its address, its endpoints and its localhost port are released.', takes: [] },
  create: CreateService,
  overview: (service, scene) => <ServiceOverview service={service} scene={scene} />,
  describe: { needs: [endpointSliceRef], text: describeService },
  about:
    'A service gives a set of pods one stable name and address. NodePort and LoadBalancer ones answer on localhost.',
};

export const endpointSlicesView: ResourceView<EndpointSlice> = {
  ...ofKind(endpointSlices),
  title: 'EndpointSlices',
  icon: Share2,
  columns: derivedColumns(endpointSlices),
  actions: common,
  needs: [],
  tone: () => 'ok',
  tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
  overview: (slice) => <EndpointSliceOverview slice={slice} />,
  about: 'Endpoint slices list the addresses behind each service. They are made by themselves.',
};

export const endpointsView: ResourceView<Endpoints> = {
  ...ofKind(endpoints),
  title: 'Endpoints',
  icon: Waypoints,
  columns: derivedColumns(endpoints),
  actions: common,
  needs: [],
  tone: () => 'ok',
  tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
  overview: (all) => <EndpointsOverview endpoints={all} />,
  about: 'Endpoints list the addresses behind each service, in the older form.',
};
