/** Which views are made by hand. A new one is a line here; every other resource gets the generic view. */
import { addViews } from '../known-views.ts';
import { anyView, type ResourceView } from '../view.ts';
import { configMapsView, leasesView, namespacesView, secretsView, serviceAccountsView } from './config.tsx';
import { eventsView } from './events.tsx';
import { genericView } from './generic.tsx';
import { endpointSlicesView, endpointsView, servicesView } from './network.tsx';
import { nodesView } from './nodes.tsx';
import { podsView } from './pods.tsx';
import { deploymentsView, replicaSetsView } from './workloads.tsx';

export const allViews: readonly ResourceView[] = [
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

/** Before anything is drawn. */
export const registerViews = (): void => addViews(allViews, genericView);
