/** In place of a list that shows nothing: there is nothing, nothing matches, or it could not be listed. */
import { CircleAlert, FileCode, FolderX, Lock } from 'lucide-react';
import type { CallError } from '../../main/contract/reply.ts';
import { findServed, useDiscovery } from '../data/discovery.ts';
import { openTab } from '../data/dock.ts';
import { namespaceRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { navigate } from '../data/route.ts';
import { Button } from '../ui/controls.tsx';
import { Notice } from '../ui/notices.tsx';
import { withCode } from '../ui/with-code.tsx';
import { ForbiddenList } from './forbidden-list.tsx';
import { openCreate, useCreatable } from './forms/create/create.tsx';
import type { ResourceView } from './view.ts';

/** The list is asked for again and again, so that the page comes by itself. */
export function FailedList(props: { context: string; view: ResourceView; error: CallError }) {
  const { view, error } = props;
  if (error.code === 'Forbidden') return <ForbiddenList {...props} />;
  return (
    <Notice icon={<CircleAlert size={24} className="tone-bad" />} title={`${view.title} could not be listed`}>
      {withCode(error.message)}
      <span className="notice-hint">
        {error.hint ? <>{withCode(error.hint)} </> : null}Skiff tries again by itself.
      </span>
    </Notice>
  );
}

interface EmptyListProps {
  context: string;
  view: ResourceView;
  filtered: boolean;
  namespaces: readonly string[];
  onReset(): void;
}

const mostNamed = 3;
const listed = (names: readonly string[]): string =>
  names.length > mostNamed ? `${names.length} namespaces` : names.join(', ');

export function EmptyList({ view, context, filtered, namespaces, onReset }: EmptyListProps) {
  const Icon = view.icon;
  const creatable = useCreatable().find((each) => each.view === view);
  // Where there is no form for it.
  const served = findServed(useDiscovery(context), view.ref);
  const canApply = !view.create && served?.verbs.includes('create');
  const { items, loaded } = useResources(context, namespaceRef);
  const isThere = (name: string) => items.some(({ metadata }) => metadata.name === name);
  if (filtered)
    return (
      <Notice
        icon={<Icon size={24} />}
        title={`No ${view.title} match the filter`}
        actions={<Button onClick={onReset}>Clear the filter</Button>}
      />
    );
  const isNarrowed = view.namespaced && namespaces.length > 0;
  const everywhere = <Button onClick={() => navigate({ namespaces: [] })}>Show all namespaces</Button>;
  if (isNarrowed && loaded && !namespaces.some(isThere))
    return (
      <Notice
        icon={<FolderX size={24} />}
        title={
          namespaces.length === 1 ? `There is no namespace ${namespaces[0]}` : 'The chosen namespaces are not there'
        }
        actions={everywhere}
      >
        Deleted, or never in this cluster.
      </Notice>
    );
  const where = isNarrowed ? ` in ${listed(namespaces)}` : '';
  return (
    <Notice
      icon={<Icon size={24} />}
      title={`No ${view.title}${where}`}
      actions={
        <>
          {creatable ? (
            <Button look="primary" reason={creatable.reason} onClick={() => openCreate(creatable, context)}>
              {creatable.reason ? <Lock size={14} /> : null}
              Create a {view.kind}
            </Button>
          ) : null}
          {canApply ? (
            <Button onClick={() => openTab({ type: 'apply', title: 'Apply YAML', context, text: '' })}>
              <FileCode size={14} /> Apply YAML
            </Button>
          ) : null}
          {isNarrowed ? everywhere : null}
        </>
      }
    >
      {view.about}
    </Notice>
  );
}
