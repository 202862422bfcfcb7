/** Chooses what the middle of the window shows. A cluster that does not run is shown as such, whatever the page. */
import { Compass } from 'lucide-react';
import { BootProgressPage } from '../clusters/boot-progress.tsx';
import { StoppedPage } from '../clusters/stopped-page.tsx';
import { clusters, progress } from '../data/app-state.ts';
import type { Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { viewFor } from '../resources/known-views.ts';
import { ListPage } from '../resources/list-page.tsx';
import { LoadingNotice, Notice } from '../ui/notices.tsx';
import { OverviewPage } from './overview-page.tsx';
import { WorkloadsPage } from './workloads-page.tsx';

export function Page({ route }: { route: Route }) {
  const cluster = useStore(clusters).find(({ context }) => context === route.context);
  const report = useStore(progress)[cluster?.profile ?? ''];
  if (report && (!report.finished || report.failure || report.cancelled)) return <BootProgressPage report={report} />;
  if (cluster && ['absent', 'stopped', 'error'].includes(cluster.state)) return <StoppedPage cluster={cluster} />;
  if (cluster?.state === 'starting' || cluster?.state === 'stopping')
    return <LoadingNotice title={`${cluster.profile} is ${cluster.state}`} />;
  if (route.page === 'overview') return <OverviewPage route={route} />;
  if (route.page === 'workloads') return <WorkloadsPage route={route} />;
  const view = viewFor(route.page);
  if (view) return <ListPage key={`${route.context} ${route.page}`} view={view} route={route} />;
  return (
    <Notice icon={<Compass size={24} />} title="There is no such page">
      The address names “{route.page}”, which this version does not show.
    </Notice>
  );
}
