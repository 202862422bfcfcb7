import type { Pod } from '../../../agent/api/types.ts';
import { podRef } from '../../data/refs.ts';
import { StatusPill } from '../../ui/controls.tsx';
import { Age, ObjectLink } from '../columns.tsx';
import { podStatus, podTone } from '../pod-facts.ts';
import { Section } from './facts.tsx';

/** `where` says what tells these pods apart: the node of a workload's, the namespace of a node's. */
export function PodList({ pods, where }: { pods: readonly Pod[]; where(pod: Pod): string | undefined }) {
  return (
    <Section title="Pods" note={pods.length}>
      {pods.length === 0 ? <p className="muted">No pods</p> : null}
      <ul className="mini-table pods">
        {pods.map((pod) => (
          <li key={pod.metadata.uid}>
            <ObjectLink page={podRef} namespace={pod.metadata.namespace} name={pod.metadata.name} />
            <StatusPill tone={podTone(pod)}>{podStatus(pod)}</StatusPill>
            <span className="muted truncate">{where(pod)}</span>
            <span className="muted">
              <Age at={pod.metadata.creationTimestamp} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
