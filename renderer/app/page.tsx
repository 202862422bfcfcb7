/** Chooses what the middle of the window shows. A cluster that does not run is shown as such, whatever the page. */
import { Unplug } from 'lucide-react';
import { useEffect } from 'react';
import type { ResourceRef } from '../../main/contract/resources.ts';
import { BootProgressPage } from '../clusters/boot-progress.tsx';
import { StoppedPage } from '../clusters/stopped-page.tsx';
import { clusters, isOfNodes, progress } from '../data/app-state.ts';
import { type Discovery, findServed, useDiscovery } from '../data/discovery.ts';
import { resourceName } from '../data/refs.ts';
import { navigate, type Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { resourceMeant, viewFor } from '../resources/known-views.ts';
import { ListPage } from '../resources/list-page.tsx';
import { Button } from '../ui/controls.tsx';
import { ErrorNotice, LoadingNotice, Notice } from '../ui/notices.tsx';
import { OverviewPage } from './overview-page.tsx';
import { WorkloadsPage } from './workloads-page.tsx';

export function Page({ route }: { route: Route }) {
  const cluster = useStore(clusters).find(({ context }) => context === route.context);
  const report = useStore(progress)[cluster?.profile ?? ''];
  if (report && !isOfNodes(report) && (!report.finished || report.failure || report.cancelled))
    return <BootProgressPage report={report} />;
  if (cluster && ['absent', 'stopped', 'error'].includes(cluster.state)) return <StoppedPage cluster={cluster} />;
  if (cluster?.state === 'starting' || cluster?.state === 'stopping')
    return <LoadingNotice title={`${cluster.profile} is ${cluster.state}`} />;
  if (route.page === 'overview') return <OverviewPage route={route} />;
  if (route.page === 'workloads') return <WorkloadsPage route={route} />;
  return <ResourcePage route={route} resource={route.page} />;
}

/** A resource that the context serves, as far as is known yet; others are looked for by the name that they may have. */
function ResourcePage({ route, resource }: { route: Route; resource: ResourceRef }) {
  const { context, object, tab, filter } = route;
  const discovery = useDiscovery(context);
  const served = findServed(discovery, resource);
  const view = viewFor(resource, discovery);
  const meant = served ? undefined : resourceMeant(resource, discovery);
  const address = meant && resourceName(meant);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address says everything about where it leads
  useEffect(() => {
    if (meant) navigate({ page: meant, object, tab, filter }, { replace: true });
  }, [address]);
  if (view && (served || !discovery.loaded))
    return <ListPage key={`${context} ${resourceName(resource)}`} view={view} route={route} />;
  if (meant) return null;
  if (discovery.loaded) return <NotServed context={context} resource={resource} discovery={discovery} />;
  if (discovery.error) return <ErrorNotice error={discovery.error} />;
  return <LoadingNotice title={`Asking what ${context} serves`} />;
}

interface NotServedProps {
  context: string;
  resource: ResourceRef;
  discovery: Discovery;
}

/** The page comes back by itself as soon as the resource does. */
function NotServed({ context, resource, discovery }: NotServedProps) {
  const name = resourceName(resource);
  const isSilent = discovery.silent.some((version) => version.startsWith(`${resource.group}/`));
  const overview = <Button onClick={() => navigate({ page: 'overview' })}>Go to the overview</Button>;
  if (isSilent)
    return (
      <Notice icon={<Unplug size={24} />} title={`${resource.group} does not answer`} actions={overview}>
        {context} serves it through another API server, which is down or not reachable. The page opens once it is back.
      </Notice>
    );
  return (
    <Notice icon={<Unplug size={24} />} title={`${context} does not serve ${name}`} actions={overview}>
      What defines it was removed, or is not installed in this cluster. The page opens once it is there.
    </Notice>
  );
}
