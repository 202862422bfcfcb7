/**
 * Rolls a deployment back to an earlier revision: its replica set's template becomes the deployment's, without the
 * hash label. https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go
 */

import { lazy, Suspense, useMemo, useState } from 'react';
import { mediaType } from '../../agent/api/media-types.ts';
import type { Deployment, ReplicaSet } from '../../agent/api/types.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notify, notifyError } from '../data/notifications.ts';
import { toYaml } from '../data/object-yaml.ts';
import { deploymentRef, replicaSetRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { Badge, Button } from '../ui/controls.tsx';
import { LoadingNotice } from '../ui/notices.tsx';
import { Dialog } from '../ui/overlays.tsx';
import { Age } from './columns.tsx';

const MergeView = lazy(() => import('../editor/merge-view.tsx').then((m) => ({ default: m.MergeView })));

const revisionAnnotation = 'deployment.kubernetes.io/revision';

export const revisionOf = ({ metadata }: Deployment | ReplicaSet): number =>
  Number(metadata.annotations?.[revisionAnnotation] ?? 0);

/** The template as the deployment would carry it. */
export function templateOf({ spec }: ReplicaSet) {
  const template = structuredClone(spec.template) ?? {};
  delete template.metadata?.labels?.['pod-template-hash'];
  return template;
}

/** Newest first. */
export const revisionsOf = ({ metadata: { uid } }: Deployment, sets: readonly ReplicaSet[]): ReplicaSet[] =>
  sets
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .sort((a, b) => revisionOf(b) - revisionOf(a));

interface RollbackDialogProps {
  context: string;
  deployment: Deployment;
  /** The revision that is chosen when it opens; else the one before. */
  initial?: number;
  onClose(): void;
}

export function RollbackDialog({ context, deployment, initial, onClose }: RollbackDialogProps) {
  const { name, namespace } = deployment.metadata;
  const { items, loaded } = useResources<ReplicaSet>(context, replicaSetRef);
  const current = revisionOf(deployment);
  const revisions = useMemo(() => revisionsOf(deployment, items), [deployment, items]);
  const earlier = revisions.filter((set) => revisionOf(set) !== current);
  const [chosen, setChosen] = useState(initial);
  const target = earlier.find((set) => revisionOf(set) === chosen) ?? earlier[0];

  const rollBack = async () => {
    if (!target) return;
    const patch = [{ op: 'replace', path: '/spec/template', value: templateOf(target) }];
    const type = mediaType.jsonPatch;
    try {
      await call('resource.patch', { context, resource: deploymentRef, name, namespace, type, patch });
      notify(`${name} rolled back to revision ${revisionOf(target)}`);
      onClose();
    } catch (error) {
      notifyError(errorOf(error));
    }
  };

  return (
    <Dialog
      wide
      title={`Roll back ${name}`}
      label="Roll back"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!target} onClick={rollBack}>
            {target ? `Roll back to revision ${revisionOf(target)}` : 'Roll back'}
          </Button>
        </>
      }
    >
      {!loaded ? <LoadingNotice title="Loading revisions" /> : null}
      {loaded && earlier.length === 0 ? (
        <p>There is no earlier revision yet. A change of the pod template makes one.</p>
      ) : null}
      {earlier.length > 0 ? (
        <div className="revision-list" role="radiogroup" aria-label="Revision">
          {earlier.map((set) => (
            <label key={set.metadata.uid} className="revision">
              <input
                type="radio"
                name="revision"
                checked={set === target}
                onChange={() => setChosen(revisionOf(set))}
              />
              <Badge>{revisionOf(set)}</Badge>
              <span className="mono truncate">
                {set.spec.template?.spec?.containers.map(({ image }) => image).join(', ')}
              </span>
              <span className="spacer" />
              <span className="muted">
                <Age at={set.metadata.creationTimestamp} />
              </span>
            </label>
          ))}
        </div>
      ) : null}
      {target ? (
        <Suspense fallback={<LoadingNotice title="Comparing" />}>
          <MergeView before={toYaml(deployment.spec.template)} after={toYaml(templateOf(target))} />
        </Suspense>
      ) : null}
    </Dialog>
  );
}
