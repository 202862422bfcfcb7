/** A container's log: live, searchable, a million lines. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Pod } from '../../agent/api/types.ts';
import { useResources } from '../data/resources.ts';
import { LoadingNotice } from '../ui/notices.tsx';
import { LogBuffer } from './log-buffer.ts';
import { LogLines } from './log-lines.tsx';
import { type LogOptions, LogToolbar } from './log-toolbar.tsx';
import { findLines, parseSearch } from './search.ts';

interface LogPanelProps {
  context: string;
  namespace: string;
  pod: string;
  container?: string;
}

const podRef = { group: '', version: 'v1', plural: 'pods' };
const firstLines = 5_000;

const containersOf = (pod: Pod | undefined): string[] => [
  ...(pod?.spec.containers ?? []).map(({ name }) => name),
  ...(pod?.spec.initContainers ?? []).map(({ name }) => name),
];

export function LogPanel({ context, namespace, pod: name, container: wanted }: LogPanelProps) {
  const { items } = useResources<Pod>(context, podRef);
  const pod = items.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const containers = containersOf(pod).join(' ');
  const [chosen, setChosen] = useState(wanted);
  const container = chosen ?? containers.split(' ')[0];
  if (!container) return <LoadingNotice title="Loading containers" />;
  return (
    <ContainerLog
      key={container}
      source={{ context, namespace, pod: name, container }}
      containers={containers ? containers.split(' ') : [container]}
      onContainer={setChosen}
    />
  );
}

interface ContainerLogProps {
  source: { context: string; namespace: string; pod: string; container: string };
  containers: readonly string[];
  onContainer(container: string): void;
}

function ContainerLog({ source, containers, onContainer }: ContainerLogProps) {
  const [options, setOptions] = useState<LogOptions>({
    follow: true,
    paused: false,
    previous: false,
    timestamps: false,
    wrap: false,
    regex: false,
    search: '',
  });
  const { context, namespace, pod, container } = source;
  const { previous, sinceSeconds } = options;
  const buffer = useBuffer({ context, namespace, pod, container }, previous, sinceSeconds);
  const version = useSyncExternalStore(buffer.subscribe, buffer.getVersion);
  const [frozen, setFrozen] = useState<number>();
  const count = options.paused ? Math.min(frozen ?? buffer.lines.length, buffer.lines.length) : buffer.lines.length;

  const search = useMemo(() => parseSearch(options.search, options.regex), [options.search, options.regex]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer is changed in place; its version tells
  const matches = useMemo(
    () => (search.pattern ? findLines(buffer.lines, search.pattern) : []),
    [search, buffer, version],
  );
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
        name={`${pod}-${container}`}
        buffer={buffer}
        options={options}
        onChange={change}
        containers={containers}
        container={container}
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

function useBuffer(
  source: ContainerLogProps['source'],
  previous: boolean,
  sinceSeconds: number | undefined,
): LogBuffer {
  const { context, namespace, pod, container } = source;
  const buffer = useMemo(
    () =>
      new LogBuffer({
        context,
        namespace,
        pod,
        container,
        previous,
        follow: !previous,
        ...(sinceSeconds ? { sinceSeconds } : { tailLines: firstLines }),
      }),
    [context, namespace, pod, container, previous, sinceSeconds],
  );
  useEffect(() => {
    buffer.open();
    return () => buffer.close();
  }, [buffer]);
  return buffer;
}
