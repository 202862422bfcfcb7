import { useState } from 'react';
import { deploymentRef } from '../../../data/refs.ts';
import { Input } from '../../../ui/controls.tsx';
import type { CreateProps } from '../../view.ts';
import { Field } from '../form-dialog.tsx';
import type { Pair } from '../pairs.ts';
import { PairsEditor } from '../pairs-editor.tsx';
import { CreateDialog, NameFields, useNames } from './create-dialog.tsx';
import { deploymentFrom } from './manifests.ts';

const positive = (text: string): number => Math.max(0, Math.trunc(Number(text) || 0));

export function CreateDeployment(props: CreateProps) {
  const names = useNames(props.namespace);
  const [image, setImage] = useState('');
  const [replicas, setReplicas] = useState(1);
  const [port, setPort] = useState<number>();
  const [cpu, setCpu] = useState('');
  const [memory, setMemory] = useState('');
  const [env, setEnv] = useState<readonly Pair[]>([]);
  const { name, namespace } = names;
  const object = deploymentFrom({ name, namespace, image: image.trim(), replicas, port, cpu, memory, env });
  return (
    <CreateDialog {...props} resource={deploymentRef} object={object} isIncomplete={!image.trim()}>
      <NameFields names={names} context={props.context} />
      <Field label="Image" note="One that you have just built is found as well; it need not be pushed anywhere.">
        <Input
          className="mono"
          placeholder="nginx:1.29"
          required
          value={image}
          onChange={(event) => setImage(event.target.value)}
        />
      </Field>
      <div className="fields">
        <Field label="Replicas">
          <Input
            type="number"
            min={0}
            value={replicas}
            onChange={(event) => setReplicas(positive(event.target.value))}
          />
        </Field>
        <Field label="Port">
          <Input
            type="number"
            min={1}
            max={65535}
            placeholder="none"
            value={port ?? ''}
            onChange={(event) => setPort(positive(event.target.value) || undefined)}
          />
        </Field>
        <Field label="CPU request">
          <Input placeholder="100m" value={cpu} onChange={(event) => setCpu(event.target.value.trim())} />
        </Field>
        <Field label="Memory request">
          <Input placeholder="64Mi" value={memory} onChange={(event) => setMemory(event.target.value.trim())} />
        </Field>
      </div>
      <div className="form-field">
        <span className="field-label">Environment</span>
        <PairsEditor pairs={env} onChange={setEnv} noun="variable" />
      </div>
    </CreateDialog>
  );
}
