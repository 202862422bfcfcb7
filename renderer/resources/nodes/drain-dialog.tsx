/** Cordons a node and evicts its pods, and shows which have gone, which are leaving, and what keeps the rest. */

import { CircleCheck, CircleDashed, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { mediaType } from '../../../agent/api/media-types.ts';
import type { Node, Pod } from '../../../agent/api/types.ts';
import type { CallError } from '../../../main/contract/reply.ts';
import { desktop } from '../../data/desktop.ts';
import { nodeRef, podRef } from '../../data/refs.ts';
import { useResources } from '../../data/resources.ts';
import { Button } from '../../ui/controls.tsx';
import { FormError, LoadingNotice } from '../../ui/notices.tsx';
import { Dialog } from '../../ui/overlays.tsx';
import { type Departure, evictAll, eviction, hasEmptyDir, isBare, leaves } from './drain.ts';

interface DrainDialogProps {
  context: string;
  node: Node;
  onClose(): void;
}

/** Pods that leave while one looks stay in the list, as gone. */
function useDrain(context: string, node: string, present: readonly Pod[]) {
  const [pods, setPods] = useState<readonly Pod[]>();
  const [departures, setDepartures] = useState<Readonly<Record<string, Departure>>>({});
  const [failure, setFailure] = useState<CallError>();
  const giveUp = useRef(new AbortController());
  useEffect(() => () => giveUp.current.abort(), []);

  const start = async () => {
    giveUp.current = new AbortController();
    const { signal } = giveUp.current;
    setFailure(undefined);
    const type = mediaType.mergePatch;
    const patch = { spec: { unschedulable: true } };
    const cordoned = await desktop.call('resource.patch', { context, resource: nodeRef, name: node, type, patch });
    if (!cordoned.ok) return setFailure(cordoned.error);
    setPods(present);
    await evictAll(present, {
      evict: (pod) => {
        const { name, namespace } = pod.metadata;
        const target = { context, resource: podRef, namespace, name, subresource: 'eviction' };
        return desktop.call('resource.create', { ...target, object: eviction(pod) });
      },
      sleep: (milliseconds) =>
        new Promise((resolve) => {
          setTimeout(resolve, milliseconds);
          signal.addEventListener('abort', () => resolve());
        }),
      isGivenUp: () => signal.aborted,
      report: (uid, departure) => setDepartures((all) => ({ ...all, [uid]: departure })),
    });
  };

  const stateOf = (pod: Pod): Departure =>
    present.some(({ metadata }) => metadata.uid === pod.metadata.uid)
      ? (departures[pod.metadata.uid] ?? { state: 'waiting' })
      : { state: 'gone' };
  return { pods, failure, start, stateOf };
}

export function DrainDialog({ context, node: { metadata }, onClose }: DrainDialogProps) {
  const { items, loaded } = useResources<Pod>(context, podRef);
  const present = items.filter((pod) => pod.spec.nodeName === metadata.name && leaves(pod));
  const staying = items.filter((pod) => pod.spec.nodeName === metadata.name && !leaves(pod)).length;
  const { pods, failure, start, stateOf } = useDrain(context, metadata.name, present);
  const shown = pods ?? present;
  const gone = pods?.filter((pod) => stateOf(pod).state === 'gone').length ?? 0;
  const isDone = pods !== undefined && gone === pods.length;
  const isStuck = pods?.some((pod) => stateOf(pod).state === 'failed') ?? false;

  return (
    <Dialog
      title={isDone ? `${metadata.name} is drained` : `Drain ${metadata.name}${pods ? '' : '?'}`}
      label="Drain"
      onClose={onClose}
      foot={
        pods === undefined ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="danger" disabled={!loaded} onClick={() => void start()}>
              Drain
            </Button>
          </>
        ) : (
          <>
            <span className="muted spacer" role="status">
              {gone} of {pods.length} gone
            </span>
            {isStuck ? <Button onClick={() => void start()}>Try again</Button> : null}
            <Button key={isDone ? 'done' : 'stop'} look={isDone ? 'primary' : 'default'} onClick={onClose}>
              {isDone ? 'Done' : 'Stop draining'}
            </Button>
          </>
        )
      }
    >
      {failure ? <FormError error={failure} /> : null}
      {isDone ? (
        <p>It takes no new pods until it is uncordoned.</p>
      ) : (
        <p>
          No new pods come to the node, and those that are on it are evicted: what belongs to a workload starts on
          another node. Disruption budgets are kept.
          {staying ? ` ${staying} that belong to the node itself stay.` : ''}
        </p>
      )}
      {!loaded ? <LoadingNotice title="Looking for its pods" /> : null}
      {loaded && shown.length === 0 ? <p>There is no pod on it that has to go.</p> : null}
      {pods === undefined ? <Losses pods={present} /> : null}
      {shown.length > 0 ? (
        <ul className="name-list departures" aria-label="Pods on the node">
          {shown.map((pod) => (
            <DepartureLine key={pod.metadata.uid} pod={pod} departure={pods ? stateOf(pod) : undefined} />
          ))}
        </ul>
      ) : null}
    </Dialog>
  );
}

function Losses({ pods }: { pods: readonly Pod[] }) {
  const bare = pods.filter(isBare);
  const withData = pods.filter(hasEmptyDir);
  return (
    <>
      {bare.length > 0 ? (
        <p className="tone-bad">
          {bare.length === 1 ? 'One of them belongs' : `${bare.length} of them belong`} to no workload and will not come
          back: {bare.map((pod) => pod.metadata.name).join(', ')}.
        </p>
      ) : null}
      {withData.length > 0 ? (
        <p className="tone-warn">
          The emptyDir volumes of {withData.map((pod) => pod.metadata.name).join(', ')} are deleted with them.
        </p>
      ) : null}
    </>
  );
}

const icons = {
  waiting: <CircleDashed size={14} className="muted" />,
  leaving: <LoaderCircle size={14} className="turning" />,
  gone: <CircleCheck size={14} className="tone-ok" />,
  blocked: <TriangleAlert size={14} className="tone-warn" />,
  failed: <CircleX size={14} className="tone-bad" />,
};

function DepartureLine({ pod, departure }: { pod: Pod; departure?: Departure }) {
  const reason = departure && 'reason' in departure ? departure.reason : departure?.state;
  return (
    <li>
      {departure ? icons[departure.state] : null}
      <span className="mono truncate" title={pod.metadata.name}>
        <span className="muted">{pod.metadata.namespace}/</span>
        {pod.metadata.name}
      </span>
      {reason ? <span className={departure && 'reason' in departure ? 'tone-warn' : 'muted'}>{reason}</span> : null}
    </li>
  );
}
