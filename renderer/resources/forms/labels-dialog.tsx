/** Edits an object's labels and annotations. */
import { useState } from 'react';
import { notify } from '../../data/notifications.ts';
import { change, commandFor, type Target } from './change.ts';
import { FormDialog } from './form-dialog.tsx';
import { argumentsOf, type Pair, patchOf, problemOf, toPairs } from './pairs.ts';
import { PairsEditor } from './pairs-editor.tsx';

/** The server's or kubectl's own records: changed by hand they only break things. */
const isOwnRecord = (key: string): boolean => key === 'kubectl.kubernetes.io/last-applied-configuration';

export function LabelsDialog({ target, onClose }: { target: Target; onClose(): void }) {
  const { name, labels, annotations } = target.object.metadata;
  const [kept] = useState(() => Object.entries(annotations ?? {}).filter(([key]) => isOwnRecord(key)));
  const [first, setFirst] = useState<readonly Pair[]>(() => toPairs(labels));
  const [second, setSecond] = useState<readonly Pair[]>(() =>
    toPairs(annotations).filter(({ key }) => !isOwnRecord(key)),
  );
  const labelPatch = patchOf(labels, first);
  const ownRecords = kept.map(([key, value], at) => ({ id: -1 - at, key, value }));
  const annotationPatch = patchOf(annotations, [...second, ...ownRecords]);
  const problem = [
    ...first.map((pair) => problemOf(pair, 'labels')),
    ...second.map((pair) => problemOf(pair, 'annotations')),
  ].find(Boolean);
  const isLabels = Object.keys(labelPatch).length > 0;
  const isAnnotations = Object.keys(annotationPatch).length > 0;
  const commands = [
    isLabels ? commandFor(target, 'label --overwrite', argumentsOf(labelPatch)) : '',
    isAnnotations ? commandFor(target, 'annotate --overwrite', argumentsOf(annotationPatch)) : '',
  ].filter(Boolean);
  return (
    <FormDialog
      wide
      title={`Labels and annotations of ${name}`}
      label="Labels and annotations"
      verb="Save"
      disabled={problem !== undefined || (!isLabels && !isAnnotations)}
      command={commands.join(' && ') || undefined}
      onSubmit={async () => {
        await change(target, 'merge', { metadata: { labels: labelPatch, annotations: annotationPatch } });
        notify(`${name} labelled`);
      }}
      onClose={onClose}
    >
      <h3>Labels</h3>
      <PairsEditor pairs={first} onChange={setFirst} noun="label" />
      <h3>Annotations</h3>
      <PairsEditor pairs={second} onChange={setSecond} noun="annotation" />
      {problem ? <p className="tone-bad">{problem}.</p> : null}
    </FormDialog>
  );
}
