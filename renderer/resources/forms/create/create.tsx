/** What can be created by a form: what a view declares one for. */
import { openDialog } from '../../../ui/dialogs.ts';
import { handMadeViews } from '../../known-views.ts';
import type { ResourceView } from '../../view.ts';

export const creatable = (): ResourceView[] => handMadeViews().filter(({ create }) => create);

export function openCreate({ create: Form }: ResourceView, context: string): void {
  if (Form) openDialog((close) => <Form context={context} onClose={close} />);
}
