/** ConfigMaps and Secrets: keys and values, the second kept base64-encoded by the server. */
import { useState } from 'react';
import { configMapRef, secretRef } from '../../../data/refs.ts';
import type { CreateProps } from '../../view.ts';
import { Field } from '../form-dialog.tsx';
import type { Pair } from '../pairs.ts';
import { PairsEditor } from '../pairs-editor.tsx';
import { CreateDialog, NameFields, useNames } from './create-dialog.tsx';
import { configMapFrom, secretFrom } from './manifests.ts';

const oneLine: readonly Pair[] = [{ id: 0, key: '', value: '' }];

export function CreateConfigMap(props: CreateProps) {
  const names = useNames(props.namespace);
  const [data, setData] = useState(oneLine);
  return (
    <CreateDialog
      {...props}
      resource={configMapRef}
      object={configMapFrom({ name: names.name, namespace: names.namespace, data })}
    >
      <NameFields names={names} context={props.context} />
      <div className="form-field">
        <span className="field-label">Data</span>
        <PairsEditor pairs={data} onChange={setData} noun="key" multiline />
      </div>
    </CreateDialog>
  );
}

/** With the keys that each type must have. https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const secretTypes: Record<string, readonly string[]> = {
  Opaque: [''],
  'kubernetes.io/basic-auth': ['username', 'password'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export function CreateSecret(props: CreateProps) {
  const names = useNames(props.namespace);
  const [type, setType] = useState('Opaque');
  const [data, setData] = useState(oneLine);
  const choose = (next: string) => {
    setType(next);
    if (data.every(({ value }) => value === ''))
      setData((secretTypes[next] ?? ['']).map((key, id) => ({ id, key, value: '' })));
  };
  return (
    <CreateDialog
      {...props}
      resource={secretRef}
      object={secretFrom({ name: names.name, namespace: names.namespace, type, data })}
    >
      <NameFields names={names} context={props.context} />
      <Field label="Type">
        <select className="input" value={type} onChange={(event) => choose(event.target.value)}>
          {Object.keys(secretTypes).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </Field>
      <div className="form-field">
        <span className="field-label">Data</span>
        <PairsEditor pairs={data} onChange={setData} noun="key" multiline />
        <span className="field-note">As plain text; the server encodes it.</span>
      </div>
    </CreateDialog>
  );
}
