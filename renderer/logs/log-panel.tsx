/** A container's log, or that of all pods of a workload: live, searchable, a million lines. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Pod } from '../../agent/api/types.ts';
import { useResources } from '../data/resources.ts';
import { LoadingNotice, Notice } from '../ui/notices.tsx';
import { LogBuffer } from './log-buffer.ts';
import { LogLines } from './log-lines.tsx';
import type { LogSource } from './log-stream.ts';
import { type LogOptions, LogToolbar } from './log-toolbar.tsx';
import { Matches, parseSearch } from './search.ts';

interface LogPanelProps {
  context: string;
  namespace: string;
  /** A pod's name, or with a selector the workload's. */
  pod: string;
  /** Of a workload: its pods, those to come as well. */
  selector?: Record<string, string>;
  container?: string;
}

const podRef = { group: '', version: 'v1', plural: 'pods' };
const firstLines = 5_000;

const containersOf = (pod: Pod | undefined): string[] => [
  ...(pod?.spec.containers ?? []).map(({ name }) => name),
  ...(pod?.spec.initContainers ?? []).map(({ name }) => name),
];

/** Before that there is nothing to read, and the server says so with an error. */
const hasStarted = ({ status }: Pod, container: string): boolean =>
  [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some(
    ({ name, state, restartCount }) =>
      name === container && (state?.running !== undefined || state?.terminated !== undefined || restartCount > 0),
  );

const isChosen = ({ metadata }: Pod, { namespace, pod, selector }: LogPanelProps): boolean =>
  metadata.namespace === namespace &&
  (selector
    ? Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
    : metadata.name === pod);

export function LogPanel(props: LogPanelProps) {
  const { context, namespace, pod: name, selector } = props;
  const { items, loaded } = useResources<Pod>(context, podRef);
  const pods = items.filter((pod) => isChosen(pod, props));
  const containers = containersOf(pods[0]);
  const [chosen, setChosen] = useState(props.container);
  const container = chosen ?? containers[0];
  if (!container)
    return loaded ? (
      <Notice title={selector ? `${name} has no pods` : `${name} is not there`}>Its log appears once it runs.</Notice>
    ) : (
      <LoadingNotice title="Loading containers" />
    );
  const started = selector ? pods.filter((pod) => hasStarted(pod, container)) : [];
  return (
    <ContainerLog
      key={container}
      source={{ context, namespace, container }}
      name={name}
      pods={selector ? started.map(({ metadata }) => metadata.name).sort() : [name]}
      isMerged={selector !== undefined}
      containers={containers.length ? containers : [container]}
      onContainer={setChosen}
    />
  );
}

interface ContainerLogProps {
  source: { context: string; namespace: string; container: string };
  name: string;
  pods: readonly string[];
  isMerged: boolean;
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

function ContainerLog({ source, name, pods, isMerged, containers, onContainer }: ContainerLogProps) {
  const [options, setOptions] = useState(atFirst);
  const buffer = useBuffer(source, pods, isMerged, options);
  const version = useSyncExternalStore(buffer.subscribe, buffer.getVersion);
  const [frozen, setFrozen] = useState<number>();
  const count = options.paused ? Math.min(frozen ?? buffer.lines.length, buffer.lines.length) : buffer.lines.length;

  const search = useMemo(() => parseSearch(options.search, options.regex), [options.search, options.regex]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another buffer is searched from its beginning
  const finder = useMemo(() => new Matches(search.pattern), [search, buffer]);
  const matches = finder.in(buffer);
  const [current, setCurrent] = useState(0);
  const change = (next: Partial<LogOptions>) => {
    if (next.paused !== undefined) setFrozen(next.paused ? buffer.lines.length : undefined);
    if (next.search !== undefined) setCurrent(0);
    setOptions({ ...options, ...next });
  };
  const step = (by: number) => {
    if (matches.length === 0) return;
    setCurrent((current + by + matches.length) % matches.length);
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
        matches={matches.length}
        current={current}
        onStep={step}
      />
      <LogLines
        buffer={buffer}
        count={count}
        version={version}
        options={options}
        pattern={search.pattern}
        focus={matches[current]}
        onFollow={(follow) => follow !== options.follow && setOptions({ ...options, follow })}
      />
    </div>
  );
}

/** Streams of pods that appear are added to it: a replaced pod's successor is read without being asked for. */
function useBuffer(
  { context, namespace, container }: ContainerLogProps['source'],
  pods: readonly string[],
  isMerged: boolean,
  { previous, sinceSeconds }: LogOptions,
): LogBuffer {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read decides which buffer it is
  const buffer = useMemo(() => new LogBuffer(), [context, namespace, container, previous, sinceSeconds]);
  const names = pods.join(' ');
  useEffect(() => () => buffer.close(), [buffer]);
  useEffect(() => {
    const since = sinceSeconds ? { sinceSeconds } : { tailLines: firstLines };
    const sources = names
      .split(' ')
      .filter(Boolean)
      .map((pod): LogSource => ({ context, namespace, pod, container, previous, follow: !previous, ...since }));
    buffer.follow(sources, isMerged);
  }, [buffer, names, isMerged, context, namespace, container, previous, sinceSeconds]);
  return buffer;
}
