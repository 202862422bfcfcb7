/** Whether one object is still on its server, watched by its name alone. */
import { useEffect, useState } from 'react';
import type { ResourceRef } from '../../main/contract/resources.ts';
import type { ResourceChanges } from '../../main/contract/streams.ts';
import { desktop } from './desktop.ts';
import { resourceName } from './refs.ts';

/** `unknown`: the server has not answered, or the user may not watch the object. `replaced`: another has its name. */
export type Presence = 'unknown' | 'here' | 'gone' | 'replaced';

interface Watched {
  context: string;
  resource: ResourceRef;
  namespace?: string | undefined;
  name: string;
}

/** After the word of the server; `uid` is that of the object. */
export function presenceAfter(before: Presence, changes: ResourceChanges, uid: string): Presence {
  const { resync, events, error } = changes;
  if (error) return 'unknown';
  let after = before;
  if (resync) after = resync[0] ? present(resync[0].metadata.uid, uid) : 'gone';
  for (const event of events) {
    if (event.type === 'DELETED') after = 'gone';
    else if (event.type === 'ADDED' || event.type === 'MODIFIED') after = present(event.object.metadata.uid, uid);
  }
  return after;
}

const present = (found: string | undefined, uid: string): Presence => (found === uid ? 'here' : 'replaced');

/** Of the object with this uid; without one nothing is asked. */
export function usePresence({ context, resource, namespace, name }: Watched, uid: string | undefined): Presence {
  const [presence, setPresence] = useState<Presence>('unknown');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the resource's name says everything about it
  useEffect(() => {
    setPresence('unknown');
    if (uid === undefined) return;
    const id = crypto.randomUUID();
    const forget = desktop.on('resource.changes', (changes) => {
      if (changes.id === id) setPresence((before) => presenceAfter(before, changes, uid));
    });
    const open = () => {
      const target = { id, context, resource, fieldSelector: `metadata.name=${name}` };
      // A refusal says nothing of the object; saving it will tell.
      void desktop.call('resource.watch', { ...target, ...(namespace ? { namespace } : {}) });
    };
    const forgetReopening = desktop.onForgotten(open);
    open();
    return () => {
      forget();
      forgetReopening();
      void desktop.call('subscription.close', { id });
    };
  }, [context, resourceName(resource), namespace, name, uid]);
  return presence;
}
