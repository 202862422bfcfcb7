import type { Event } from '../../../agent/api/types.ts';
import { Badge } from '../../ui/controls.tsx';
import { Age } from '../columns.tsx';
import { eventCount, lastSeen } from '../event-facts.ts';
import { KindLink } from '../kind-link.tsx';
import { Fact, Facts, Section } from './facts.tsx';

export function EventOverview({ event }: { event: Event }) {
  const { involvedObject: about, type = 'Normal', reason } = event;
  const first = event.firstTimestamp ?? event.eventTime;
  return (
    <Section title="Event">
      <p className="event-message">{event.message}</p>
      <Facts>
        <Fact name="Type">
          <Badge tone={type === 'Warning' ? 'warn' : undefined}>{type}</Badge>
        </Fact>
        <Fact name="Reason">{reason}</Fact>
        <Fact name="About">
          <span className="pill">
            <span className="muted">{about.kind}</span>
            <KindLink {...about} />
          </span>
        </Fact>
        <Fact name="Part of it">{about.fieldPath ? <span className="mono">{about.fieldPath}</span> : null}</Fact>
        <Fact name="Last seen">
          <span>
            <Age at={lastSeen(event)} /> ago
          </span>
        </Fact>
        <Fact name="First seen">
          {first ? (
            <span>
              <Age at={first} /> ago
            </span>
          ) : null}
        </Fact>
        <Fact name="Count">{String(eventCount(event))}</Fact>
        <Fact name="From">
          {[event.source?.component || event.reportingComponent, event.source?.host].filter(Boolean).join(', ')}
        </Fact>
      </Facts>
    </Section>
  );
}
