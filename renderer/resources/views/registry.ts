/** Which views there are, and how the sidebar groups them. A new kind is a line here. */
import { addViews } from '../known-views.ts';
import { anyView, type ResourceView } from '../view.ts';
import { configMapsView, leasesView, namespacesView, secretsView, serviceAccountsView } from './config.tsx';
import { eventsView } from './events.tsx';
import { endpointSlicesView, endpointsView, servicesView } from './network.tsx';
import { nodesView } from './nodes.tsx';
import { podsView } from './pods.tsx';
import { deploymentsView, replicaSetsView } from './workloads.tsx';

const views: readonly ResourceView[] = [
  anyView(nodesView),
  anyView(podsView),
  anyView(deploymentsView),
  anyView(replicaSetsView),
  anyView(configMapsView),
  anyView(secretsView),
  anyView(servicesView),
  anyView(endpointSlicesView),
  anyView(endpointsView),
  anyView(namespacesView),
  anyView(eventsView),
  anyView(leasesView),
  anyView(serviceAccountsView),
];

addViews(views);

export const allViews = views;

export interface SidebarGroup {
  /** Absent: its entries stand by themselves. */
  title?: string;
  pages: readonly string[];
}

export const sidebar: readonly SidebarGroup[] = [
  { pages: ['overview', 'nodes'] },
  { title: 'Workloads', pages: ['workloads', 'pods', 'deployments', 'replicasets'] },
  { title: 'Config', pages: ['configmaps', 'secrets', 'leases'] },
  { title: 'Network', pages: ['services', 'endpointslices', 'endpoints'] },
  { title: 'Cluster', pages: ['namespaces', 'events', 'serviceaccounts'] },
];
