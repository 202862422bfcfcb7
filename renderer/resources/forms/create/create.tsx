/** What can be created by a form: what a view declares one for, the context serves, and the user may create. */
import { useMemo } from 'react';
import { refusalOf, useAccess } from '../../../data/access.ts';
import { findServed, useDiscovery } from '../../../data/discovery.ts';
import { useKnownNamespaces } from '../../../data/namespaces.ts';
import { useRoute } from '../../../data/route.ts';
import { openDialog } from '../../../ui/dialogs.ts';
import { handMadeViews } from '../../known-views.ts';
import type { ResourceView } from '../../view.ts';

export interface Creatable {
  view: ResourceView;
  /** The namespace that the form begins with: the first in which the user may. */
  namespace: string;
  /** Why the user may in none of them. */
  reason?: string | undefined;
}

/** The server is asked about so many at the most. */
const mostAsked = 5;

/** In the namespaces on screen; where that is all of them, in those that the window knows by name. */
export function useCreatable(): readonly Creatable[] {
  const { context, namespaces } = useRoute();
  const discovery = useDiscovery(context);
  const known = useKnownNamespaces(context).join(' ');
  const asked = useMemo(() => {
    const places = (namespaces.length > 0 ? namespaces : known.split(' ')).slice(0, mostAsked);
    return handMadeViews()
      .filter(({ create }) => create)
      .filter(({ ref }) => !discovery.loaded || findServed(discovery, ref)?.verbs.includes('create'))
      .map((view) => ({
        view,
        places,
        questions: places.map((namespace) => ({
          resource: view.ref,
          verb: 'create',
          ...(view.namespaced ? { namespace } : {}),
        })),
      }));
  }, [discovery, namespaces, known]);
  const questions = useMemo(() => asked.flatMap((each) => each.questions), [asked]);
  useAccess(context, questions);
  return asked.map(({ view, places, questions }) => {
    const refusals = questions.map((question) => refusalOf(context, question));
    const first = refusals.indexOf(undefined);
    return { view, namespace: places[Math.max(0, first)] ?? 'default', reason: first < 0 ? refusals[0] : undefined };
  });
}

export function openCreate({ view: { create: Form }, namespace }: Creatable, context: string): void {
  if (Form) openDialog((close) => <Form context={context} namespace={namespace} onClose={close} />);
}
