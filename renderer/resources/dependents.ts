/** What objects own, where no view says where to look for it. */
import { useEffect, useState } from 'react';
import type { KubeObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract/reply.ts';
import type { Dependents } from '../../main/contract/resources.ts';
import { desktop } from '../data/desktop.ts';

const nobody: readonly never[] = [];

interface Answer {
  dependents?: Dependents;
  error?: CallError;
}

/** Objects of one kind, hence all of them in namespaces or none. Without objects nothing is asked. */
export function useDependents(context: string, objects: readonly KubeObject[] = nobody): Answer {
  const [answer, setAnswer] = useState<Answer>({});
  const owners = objects.map(({ metadata }) => metadata.uid).join(' ');
  const places = [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))];
  const namespace = places.length === 1 ? places[0] : '';
  useEffect(() => {
    if (!owners) return;
    let isCurrent = true;
    setAnswer({});
    const place = namespace ? { namespace } : {};
    desktop.call('resource.dependents', { context, owners: owners.split(' '), ...place }).then((reply) => {
      if (isCurrent) setAnswer(reply.ok ? { dependents: reply.value } : { error: reply.error });
    });
    return () => {
      isCurrent = false;
    };
  }, [context, owners, namespace]);
  return answer;
}
