/** The building blocks of every details panel: sections, facts, labels, conditions. */
import type { ReactNode } from 'react';
import { humanDuration } from '../../../agent/api/duration.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { ResourceRef } from '../../../main/contract/resources.ts';
import { useAt } from '../../data/now.ts';
import { namespaceRef } from '../../data/refs.ts';
import { navigate } from '../../data/route.ts';
import { Badge } from '../../ui/controls.tsx';
import { Age, formatTime, ObjectLink } from '../columns.tsx';
import { KindLink } from '../kind-link.tsx';
import { Copyable } from './copyable.tsx';

export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <h3>
        {title}
        {note ? <span className="muted">{note}</span> : null}
      </h3>
      {children}
    </section>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

/** Nothing is shown for what there is not. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === undefined || children === null || children === '' || children === false) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** A press on a label filters the list by it. */
export function Labels({ labels, page }: { labels: Record<string, string> | undefined; page?: ResourceRef }) {
  const entries = Object.entries(labels ?? {}).sort();
  if (entries.length === 0) return <span className="muted">none</span>;
  return (
    <span className="chips">
      {entries.map(([key, value]) => {
        const text = value ? `${key}=${value}` : key;
        return (
          <button
            key={key}
            type="button"
            className="chip"
            title={`${text} (filter by it)`}
            onClick={() => navigate({ ...(page ? { page } : {}), filter: `${key}=${value}` })}
          >
            <span className="truncate">{text}</span>
          </button>
        );
      })}
    </span>
  );
}

interface OwnerProps {
  owner: { apiVersion: string; kind: string; name: string };
  namespace: string | undefined;
}

function Owner({ owner, namespace }: OwnerProps) {
  return (
    <span className="pill">
      <span className="muted">{owner.kind}</span>
      <KindLink {...owner} namespace={namespace} />
    </span>
  );
}

/** The time is when the grace that it was given ends: finalizers may hold it longer. */
function Leaving({ at }: { at: string }) {
  const end = Date.parse(at);
  const left = useAt((now) => (end > now ? `within ${humanDuration(end - now)}` : 'its time is over'));
  return (
    <Badge tone="warn" title={formatTime(at)}>
      {left}
    </Badge>
  );
}

const quietAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

export function Metadata({ object }: { object: AnyObject }) {
  const { metadata } = object;
  const owners = metadata.ownerReferences ?? [];
  const owner = owners.find(({ controller }) => controller) ?? owners[0];
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !quietAnnotations.has(key));
  return (
    <Section title="Metadata">
      <Facts>
        <Fact name="Namespace">
          {metadata.namespace ? <ObjectLink page={namespaceRef} name={metadata.namespace} /> : null}
        </Fact>
        <Fact name="Created">
          <span>
            <Age at={metadata.creationTimestamp} /> ago
            <span className="muted"> · {formatTime(metadata.creationTimestamp)}</span>
          </span>
        </Fact>
        <Fact name="Being deleted">
          {metadata.deletionTimestamp ? <Leaving at={metadata.deletionTimestamp} /> : null}
        </Fact>
        <Fact name={owner?.controller ? 'Controlled by' : 'Owned by'}>
          {owner ? <Owner owner={owner} namespace={metadata.namespace} /> : null}
        </Fact>
        <Fact name="Labels">
          <Labels labels={metadata.labels} />
        </Fact>
        <Fact name="Annotations">
          {annotations.length ? (
            <span className="stack">
              {annotations.map(([key, value]) => (
                <span key={key} className="mono truncate" title={`${key}: ${value}`}>
                  <span className="muted">{key}: </span>
                  {value}
                </span>
              ))}
            </span>
          ) : null}
        </Fact>
        <Fact name="Finalizers">{metadata.finalizers?.join(', ')}</Fact>
        <Fact name="UID">
          <Copyable text={metadata.uid} what="UID">
            <span className="mono">{metadata.uid}</span>
          </Copyable>
        </Fact>
      </Facts>
    </Section>
  );
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** Conditions whose `False` is the good news. */
const inverted = /Pressure$|Unavailable$|Failure$|^DisruptionTarget$/;

export function Conditions({ conditions }: { conditions: readonly Condition[] | undefined }) {
  if (!conditions?.length) return null;
  return (
    <Section title="Conditions">
      <ul className="conditions">
        {conditions.map(({ type, status, reason, message, lastTransitionTime }) => {
          const good = status === 'Unknown' ? undefined : (status === 'True') !== inverted.test(type);
          return (
            <li key={type}>
              <Badge tone={good === undefined ? 'warn' : good ? 'ok' : 'bad'}>{type}</Badge>
              <span className="condition-text">
                {good && !message ? <span className="muted">{reason}</span> : (message ?? reason ?? status)}
              </span>
              <span className="muted">
                <Age at={lastTransitionTime} />
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
