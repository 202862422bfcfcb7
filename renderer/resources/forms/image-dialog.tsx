/** Sets the images of a deployment's containers, which rolls it out. */
import { useState } from 'react';
import type { Deployment } from '../../../agent/api/types.ts';
import { notify } from '../../data/notifications.ts';
import { Input } from '../../ui/controls.tsx';
import { change, commandFor, type Target } from './change.ts';
import { Field, FormDialog } from './form-dialog.tsx';

interface ImageDialogProps {
  target: Target & { object: Deployment };
  onClose(): void;
}

export function ImageDialog({ target, onClose }: ImageDialogProps) {
  const { metadata, spec } = target.object;
  const before = (spec.template?.spec?.containers ?? []).map(({ name, image = '' }) => ({ name, image }));
  const [images, setImages] = useState<Readonly<Record<string, string>>>({});
  const changed = before
    .map(({ name, image }) => ({ name, image: images[name]?.trim() ?? image }))
    .filter(({ image }, at) => image !== '' && image !== before[at]?.image);
  return (
    <FormDialog
      title={`Set the image of ${metadata.name}`}
      label="Set image"
      verb="Roll out"
      disabled={changed.length === 0}
      command={commandFor(target, 'set image', changed.map(({ name, image }) => `${name}=${image}`).join(' '))}
      onSubmit={async () => {
        await change(target, 'strategic-merge', { spec: { template: { spec: { containers: changed } } } });
        notify(`${metadata.name} is rolling out ${changed.map(({ image }) => image).join(', ')}`);
      }}
      onClose={onClose}
    >
      {before.map(({ name, image }, at) => (
        <Field key={name} label={name}>
          <Input
            className="mono"
            autoFocus={at === 0}
            value={images[name] ?? image}
            onChange={(event) => setImages({ ...images, [name]: event.target.value })}
          />
        </Field>
      ))}
      {spec.paused ? <p className="tone-warn">Its rollout is paused: nothing changes until it is resumed.</p> : null}
    </FormDialog>
  );
}
