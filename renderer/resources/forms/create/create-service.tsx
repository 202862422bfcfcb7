import { useState } from 'react';
import type { Deployment } from '../../../../agent/api/types.ts';
import { deploymentRef, serviceRef } from '../../../data/refs.ts';
import { useResources } from '../../../data/resources.ts';
import { Input } from '../../../ui/controls.tsx';
import type { CreateProps } from '../../view.ts';
import { Field } from '../form-dialog.tsx';
import { type Pair, toPairs } from '../pairs.ts';
import { PairsEditor } from '../pairs-editor.tsx';
import { CreateDialog, NameFields, useNames } from './create-dialog.tsx';
import { serviceFrom } from './manifests.ts';

const types = {
  ClusterIP: 'Inside the cluster only.',
  NodePort: 'Also on your localhost, on a port from 30000 on.',
  LoadBalancer: 'Also on your localhost, on the very same port where it is free.',
};

type ServiceType = keyof typeof types;

/** Ports and selector of a deployment are taken over when it is chosen. */
export function CreateService(props: CreateProps) {
  const names = useNames(props.namespace);
  const deployments = useResources<Deployment>(props.context, deploymentRef);
  const here = deployments.items.filter(({ metadata }) => metadata.namespace === names.namespace);
  const [type, setType] = useState<ServiceType>('ClusterIP');
  const [port, setPort] = useState(80);
  const [targetPort, setTargetPort] = useState('');
  const [selector, setSelector] = useState<readonly Pair[]>(() => toPairs({ app: '' }));

  const expose = (name: string) => {
    const found = here.find(({ metadata }) => metadata.name === name);
    if (!found) return;
    const first = found.spec.template?.spec?.containers[0]?.ports?.[0]?.containerPort;
    if (!names.name) names.setName(name);
    setSelector(toPairs(found.spec.selector?.matchLabels));
    if (first) setTargetPort(String(first));
  };

  const { name, namespace } = names;
  return (
    <CreateDialog
      {...props}
      resource={serviceRef}
      object={serviceFrom({ name, namespace, type, port, targetPort, selector })}
      isIncomplete={port < 1}
    >
      <NameFields names={names} context={props.context} />
      {here.length > 0 ? (
        <Field label="For a deployment" note="Takes over its labels and its port.">
          <select className="input" defaultValue="" onChange={(event) => expose(event.target.value)}>
            <option value="">Choose one, or fill in the selector</option>
            {here.map(({ metadata }) => (
              <option key={metadata.uid}>{metadata.name}</option>
            ))}
          </select>
        </Field>
      ) : null}
      <Field label="Type" note={types[type]}>
        <select className="input" value={type} onChange={(event) => setType(event.target.value as ServiceType)}>
          {Object.keys(types).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </Field>
      <div className="fields">
        <Field label="Port">
          <Input
            type="number"
            min={1}
            max={65535}
            required
            value={port || ''}
            onChange={(event) => setPort(Number(event.target.value) || 0)}
          />
        </Field>
        <Field label="Target port" note="Number or name; empty: the same.">
          <Input
            placeholder={`${port || ''}`}
            value={targetPort}
            onChange={(event) => setTargetPort(event.target.value)}
          />
        </Field>
      </div>
      <div className="form-field">
        <span className="field-label">Selector</span>
        <PairsEditor pairs={selector} onChange={setSelector} noun="label" />
      </div>
    </CreateDialog>
  );
}
