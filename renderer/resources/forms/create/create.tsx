/** What can be created by a form, and by which. */
import type { ReactNode } from 'react';
import { openDialog } from '../../../ui/dialogs.ts';
import { CreateConfigMap, CreateSecret } from './create-data.tsx';
import { CreateDeployment } from './create-deployment.tsx';
import type { CreateProps } from './create-dialog.tsx';
import { CreateService } from './create-service.tsx';

const forms: Record<string, (props: CreateProps) => ReactNode> = {
  Deployment: CreateDeployment,
  Service: CreateService,
  ConfigMap: CreateConfigMap,
  Secret: CreateSecret,
};

export const creatable: readonly string[] = Object.keys(forms);

export function openCreate(kind: string, context: string): void {
  const Form = forms[kind];
  if (Form) openDialog((close) => <Form context={context} onClose={close} />);
}
