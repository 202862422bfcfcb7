/**
 * Where a resource has its place in the sidebar: the fixed sections name what belongs to them, hand-made view or not;
 * what else a context serves comes under its group.
 */
import type { ServedResource } from '../../main/contract/resources.ts';
import type { Discovery } from '../data/discovery.ts';
import { resourceName, resourceNamed } from '../data/refs.ts';
import type { FixedPage, PageRef } from '../data/route.ts';
import { handMadeView, viewOfServed } from '../resources/known-views.ts';
import type { ResourceView } from '../resources/view.ts';

/** A fixed page, or the view of a resource. */
export type Place = FixedPage | ResourceView;

export interface Section {
  /** Absent: its places stand by themselves. */
  title?: string;
  places: readonly Place[];
}

interface FixedSection {
  title?: string;
  pages: readonly (FixedPage | (string & {}))[];
}

const webhooks = 'admissionregistration.k8s.io';
const roles = 'rbac.authorization.k8s.io';

const sections: readonly FixedSection[] = [
  { pages: ['overview', 'nodes'] },
  {
    title: 'Workloads',
    pages: [
      'workloads',
      'pods',
      'deployments.apps',
      'statefulsets.apps',
      'daemonsets.apps',
      'replicasets.apps',
      'replicationcontrollers',
      'jobs.batch',
      'cronjobs.batch',
    ],
  },
  {
    title: 'Config',
    pages: [
      'configmaps',
      'secrets',
      'resourcequotas',
      'limitranges',
      'horizontalpodautoscalers.autoscaling',
      'poddisruptionbudgets.policy',
      'priorityclasses.scheduling.k8s.io',
      'leases.coordination.k8s.io',
      `mutatingwebhookconfigurations.${webhooks}`,
      `validatingwebhookconfigurations.${webhooks}`,
      `validatingadmissionpolicies.${webhooks}`,
      `validatingadmissionpolicybindings.${webhooks}`,
    ],
  },
  {
    title: 'Network',
    pages: [
      'services',
      'endpointslices.discovery.k8s.io',
      'endpoints',
      'ingresses.networking.k8s.io',
      'ingressclasses.networking.k8s.io',
      'networkpolicies.networking.k8s.io',
    ],
  },
  { title: 'Storage', pages: ['persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io'] },
  { title: 'Cluster', pages: ['namespaces', 'events'] },
  {
    title: 'Access',
    pages: [
      'serviceaccounts',
      `roles.${roles}`,
      `clusterroles.${roles}`,
      `rolebindings.${roles}`,
      `clusterrolebindings.${roles}`,
    ],
  },
];

/** Served under a second name as well. */
const shadows = new Set(['events.events.k8s.io']);

const fixedNames = new Set<string>(sections.flatMap(({ pages }) => pages));

const isFixed = (page: string): page is FixedPage => page === 'overview' || page === 'workloads';

/**
 * Of upstream's own API server, and of the metrics server that most clusters have:
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#-strong-api-groups-strong-
 */
const builtInGroups = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

const isBuiltIn = (group: string): boolean => builtInGroups.has(group);

const isListed = ({ verbs }: ServedResource): boolean => verbs.includes('list');

/** Hand-made views are there before the server has answered; later only what it serves. */
export function fixedSections({ resources, loaded }: Discovery): Section[] {
  const served = new Map(resources.filter(isListed).map((each) => [resourceName(each), each]));
  const placeOf = (page: string): Place | undefined => {
    if (isFixed(page)) return page;
    const found = served.get(page);
    if (found) return viewOfServed(found);
    return loaded ? undefined : handMadeView(resourceNamed(page));
  };
  return sections
    .map(({ title, pages }) => ({
      ...(title ? { title } : {}),
      places: pages.map(placeOf).filter((place) => place !== undefined),
    }))
    .filter(({ places }) => places.length > 0);
}

export interface OtherSections {
  /** By API group. */
  custom: readonly (Section & { title: string })[];
  /** Of upstream's own groups. */
  builtIn: readonly ResourceView[];
}

export function otherSections({ resources }: Discovery): OtherSections {
  const others = resources
    .filter(isListed)
    .filter((each) => !fixedNames.has(resourceName(each)) && !shadows.has(resourceName(each)));
  const byTitle = (a: ResourceView, b: ResourceView) => a.title.localeCompare(b.title);
  const viewsOf = (some: readonly ServedResource[]) => some.map(viewOfServed).sort(byTitle);
  const groups = Map.groupBy(
    others.filter(({ group }) => !isBuiltIn(group)),
    ({ group }) => group,
  );
  return {
    custom: [...groups]
      .map(([title, some]) => ({ title, places: viewsOf(some) }))
      .sort((a, b) => a.title.localeCompare(b.title)),
    builtIn: viewsOf(others.filter(({ group }) => isBuiltIn(group))),
  };
}

export const pageOf = (place: Place): PageRef => (typeof place === 'string' ? place : place.ref);
