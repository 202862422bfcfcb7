import { Activity } from 'lucide-react';
import { events } from '../../../agent/api/core/event.ts';
import type { Event } from '../../../agent/api/types.ts';
import { Badge } from '../../ui/controls.tsx';
import { common } from '../actions.tsx';
import { Age, nameColumn, namespaceColumn } from '../columns.tsx';
import { eventCount, lastSeen } from '../event-facts.ts';
import { EventOverview } from '../overviews/event-overview.tsx';
import { ofKind, type ResourceView } from '../view.ts';

const object = ({ involvedObject }: Event): string => `${involvedObject.kind}/${involvedObject.name}`;

export const eventsView: ResourceView<Event> = {
  ...ofKind(events),
  title: 'Events',
  icon: Activity,
  columns: [
    {
      id: 'seen',
      title: 'Last seen',
      width: 84,
      value: (event) => -Date.parse(lastSeen(event)),
      cell: (event) => <Age at={lastSeen(event)} />,
    },
    {
      id: 'type',
      title: 'Type',
      width: 84,
      value: ({ type }) => type ?? 'Normal',
      cell: ({ type }) => <Badge tone={type === 'Warning' ? 'warn' : undefined}>{type ?? 'Normal'}</Badge>,
    },
    { id: 'reason', title: 'Reason', width: 140, grow: 0.5, value: ({ reason }) => reason ?? '' },
    {
      id: 'object',
      title: 'Object',
      width: 180,
      grow: 1,
      value: object,
      cell: (event) => (
        <span className="truncate" title={object(event)}>
          <span className="muted">{event.involvedObject.kind}/</span>
          {event.involvedObject.name}
        </span>
      ),
    },
    { id: 'message', title: 'Message', width: 260, grow: 3, value: ({ message }) => message ?? '' },
    { id: 'count', title: 'Count', width: 60, align: 'end', value: eventCount },
    { ...namespaceColumn },
    {
      id: 'source',
      title: 'Source',
      width: 120,
      hidden: true,
      value: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    },
    { ...nameColumn, hidden: true },
  ],
  actions: common,
  needs: [],
  tone: ({ type }) => (type === 'Warning' ? 'warn' : 'ok'),
  tabs: ['overview', 'yaml', 'describe'],
  related: [],
  deletion: { takes: [] },
  overview: (event) => <EventOverview event={event} />,
  about: 'Events say what the components of the cluster did and why. They are kept for an hour.',
};
