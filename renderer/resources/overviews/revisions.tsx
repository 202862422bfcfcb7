/** The revisions that a deployment can go back to, newest first. */
import { History } from 'lucide-react';
import { useMemo } from 'react';
import type { Deployment, ReplicaSet } from '../../../agent/api/types.ts';
import { replicaSetRef } from '../../data/refs.ts';
import { useResources } from '../../data/resources.ts';
import { useRoute } from '../../data/route.ts';
import { Badge, IconButton } from '../../ui/controls.tsx';
import { openDialog } from '../../ui/dialogs.ts';
import { Age, ObjectLink } from '../columns.tsx';
import { RollbackDialog, revisionOf, revisionsOf } from '../rollback-dialog.tsx';
import { Section } from './facts.tsx';

export function Revisions({ deployment }: { deployment: Deployment }) {
  const { context } = useRoute();
  const { items } = useResources<ReplicaSet>(context, replicaSetRef);
  const revisions = useMemo(() => revisionsOf(deployment, items), [deployment, items]);
  if (revisions.length === 0) return null;
  return (
    <Section title="Revisions" note={revisions.length}>
      <ul>
        {revisions.map((set) => {
          const revision = revisionOf(set);
          const isCurrent = revision === revisionOf(deployment);
          return (
            <li key={set.metadata.uid} className="revision-line">
              <Badge tone={isCurrent ? 'ok' : undefined}>{isCurrent ? `${revision} · now` : revision}</Badge>
              <span className="stack">
                <ObjectLink page={replicaSetRef} namespace={set.metadata.namespace} name={set.metadata.name} />
                <span className="mono muted truncate">
                  {set.spec.template?.spec?.containers.map(({ image }) => image).join(', ')}
                </span>
              </span>
              <span className="muted">
                {set.status?.readyReplicas ?? 0}/{set.spec.replicas ?? 1}
              </span>
              <span className="muted">
                <Age at={set.metadata.creationTimestamp} />
              </span>
              {isCurrent ? (
                <span />
              ) : (
                <IconButton
                  label={`Roll back to revision ${revision}`}
                  size="small"
                  onClick={() =>
                    openDialog((close) => (
                      <RollbackDialog context={context} deployment={deployment} initial={revision} onClose={close} />
                    ))
                  }
                >
                  <History size={14} />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
