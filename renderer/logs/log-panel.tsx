/** A container's log, or that of all pods of a workload: live, searchable, a million lines. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Pod } from '../../agent/api/types.ts';
import { podRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { LoadingNotice, Notice } from '../ui/notices.tsx';
import { LogBuffer } from './log-buffer.ts';
import { LogLines } from './log-lines.tsx';
import { containersOf, hasStarted, isChosen, type LogTarget, successorOf, waitingFor } from './log-pods.ts';
import type { LogSource } from './log-stream.ts';
import { type LogOptions, LogToolbar } from './log-toolbar.tsx';
import { Matches, parseSearch } from './search.ts';

interface LogPanelProps extends LogTarget {
  context: string;
  container?: string;
}

const firstLines = 5_000;

/** Another pod is another log. */
export const LogPanel = (props: LogPanelProps) => (
  <PodLog key={`${props.context} ${props.namespace} ${props.pod}`} {...props} />
);

function PodLog(props: LogPanelProps) {
  const { context, namespace, pod: name, selector } = props;
  const { items, loaded } = useResources<Pod>(context, podRef);
  const chosenPods = items.filter((pod) => isChosen(pod, props));
  const pods = useSuccessors(chosenPods, items, selector === undefined);
  const containers = containersOf(pods[0]);
  const [chosen, setChosen] = useState(props.container);
  const [seen, setSeen] = useState(false);
  const container = chosen ?? containers[0];
  const started = container ? pods.filter((pod) => hasStarted(pod, container)) : [];
  useEffect(() => {
    if (started.length > 0) setSeen(true);
  }, [started.length]);
  if (!container || (!seen && started.length === 0))
    return loaded ? (
      <NoLog name={name} isSingle={selector === undefined} pod={pods[0]} container={container} />
    ) : (
      <LoadingNotice title="Loading containers" />
    );
  return (
    <ContainerLog
      key={container}
      source={{ context, namespace, container }}
      name={name}
      pods={[...new Map(started.map(({ metadata: { name: pod, uid } }) => [pod, `${pod} ${uid}`])).values()].sort()}
      containers={containers.length ? containers : [container]}
      onContainer={setChosen}
    />
  );
}

interface NoLogProps {
  name: string;
  /** A pod's own, not that of a workload. */
  isSingle: boolean;
  pod: Pod | undefined;
  container: string | undefined;
}

function NoLog({ name, isSingle, pod, container }: NoLogProps) {
  if (!pod && isSingle) return <Notice title={`${name} is not there`}>Its log appears should it come back.</Notice>;
  if (!pod) return <Notice title={`${name} has no pods`}>Its log appears once it runs.</Notice>;
  return (
    <Notice title={`${container} has not started yet`}>
      {container ? `${waitingFor(pod, container)}. ` : ''}Its log appears once it runs.
    </Notice>
  );
}

/** With those that took the place of one that was looked at, one after the other. */
function useSuccessors(chosen: readonly Pod[], all: readonly Pod[], isSingle: boolean): readonly Pod[] {
  const [line, setLine] = useState<readonly Pod[]>([]);
  const current = line.map((pod) => all.find(({ metadata }) => metadata.uid === pod.metadata.uid) ?? pod);
  const last = current.at(-1);
  const first = chosen[0];
  useEffect(() => {
    if (!isSingle) return;
    if (!last) {
      if (first) setLine([first]);
      return;
    }
    const isThere = all.some(({ metadata }) => metadata.uid === last.metadata.uid);
    if (isThere && !last.metadata.deletionTimestamp) return;
    const next = successorOf(last, all, Date.now());
    if (next && !line.some(({ metadata }) => metadata.uid === next.metadata.uid)) setLine([...current, next]);
  }, [isSingle, all, first, last, current, line]);
  return isSingle ? current : chosen;
}

interface ContainerLogProps {
  source: { context: string; namespace: string; container: string };
  name: string;
  /** Each as its name, a space and its uid. */
  pods: readonly string[];
  containers: readonly string[];
  onContainer(container: string): void;
}

const atFirst: LogOptions = {
  follow: true,
  paused: false,
  previous: false,
  timestamps: false,
  wrap: false,
  regex: false,
  search: '',
};

function ContainerLog({ source, name, pods, containers, onContainer }: ContainerLogProps) {
  const [options, setOptions] = useState(atFirst);
  const buffer = useBuffer(source, pods, options);
  useSyncExternalStore(buffer.subscribe, buffer.getVersion);
  // While paused, the number of the first line that is not shown.
  const [frozen, setFrozen] = useState<number>();
  const count = Math.max(0, Math.min(buffer.end, frozen ?? buffer.end) - buffer.dropped);

  const search = useMemo(() => parseSearch(options.search, options.regex), [options.search, options.regex]);
  const matches = useMemo(() => new Matches(buffer, search.pattern), [buffer, search.pattern]);
  useSyncExternalStore(matches.subscribe, matches.getVersion);
  /** The line of the match that is looked at. */
  const [focus, setFocus] = useState<number>();
  const current = focus === undefined ? undefined : matches.before(focus);
  const change = (next: Partial<LogOptions>) => {
    if (next.paused !== undefined) setFrozen(next.paused ? buffer.end : undefined);
    if (next.search !== undefined || next.regex !== undefined) setFocus(undefined);
    setOptions({ ...options, ...next });
  };
  const step = (by: number) => {
    if (matches.count === 0) return;
    const next = current === undefined ? (by > 0 ? 0 : matches.count - 1) : current + by;
    setFocus(matches.at((next + matches.count) % matches.count));
    setOptions({ ...options, follow: false });
  };

  return (
    <div className="log">
      <LogToolbar
        name={`${name}-${source.container}`}
        buffer={buffer}
        options={options}
        onChange={change}
        containers={containers}
        container={source.container}
        onContainer={onContainer}
        invalid={search.invalid}
        matches={matches.count}
        isSearching={matches.isSearching}
        current={current}
        onStep={step}
      />
      <LogLines
        buffer={buffer}
        count={count}
        options={options}
        pattern={search.pattern}
        focus={focus}
        onFollow={(follow) => follow !== options.follow && setOptions({ ...options, follow })}
      />
    </div>
  );
}

/** Streams of pods that appear are added to it: a replaced pod's successor is read without being asked for. */
function useBuffer(
  { context, namespace, container }: ContainerLogProps['source'],
  pods: readonly string[],
  { previous, sinceSeconds }: LogOptions,
): LogBuffer {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read decides which buffer it is
  const buffer = useMemo(() => new LogBuffer(), [context, namespace, container, previous, sinceSeconds]);
  const names = pods.join(',');
  useEffect(() => () => buffer.close(), [buffer]);
  useEffect(() => {
    const since = sinceSeconds ? { sinceSeconds } : { tailLines: firstLines };
    const sources = names
      .split(',')
      .filter(Boolean)
      .map((entry): LogSource => {
        const [pod = '', uid = ''] = entry.split(' ');
        return { context, namespace, pod, uid, container, previous, follow: !previous, ...since };
      });
    buffer.follow(sources);
  }, [buffer, names, context, namespace, container, previous, sinceSeconds]);
  return buffer;
}
