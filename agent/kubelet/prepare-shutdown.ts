/** Connects the shutdown of the node to its status and its pods. */
import type { Node } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import type { Recorder } from '../client/recorder.ts';
import type { Clock } from '../clock.ts';
import type { NodeConfig } from '../node-config.ts';
import { readyStatus, recordShutdown } from './node/node-events.ts';
import type { PodManager } from './pods/manager.ts';
import { createShutdown, type Shutdown } from './shutdown/shutdown.ts';

interface Needed {
  config: NodeConfig;
  clock: Clock;
  recorder: Recorder;
  nodes: Informer<Node>;
}

/** The node says first that it shuts down: it is not ready, and takes no more pods. */
export function prepareShutdown(
  { config, clock, recorder, nodes }: Needed,
  pods: PodManager,
  postStatus: () => void,
): Shutdown {
  const { nodeName, shutdown: periods } = config;
  const announce = (): Promise<void> => {
    recordShutdown(recorder, nodeName);
    const { promise, resolve } = Promise.withResolvers<void>();
    nodes.onChange(({ object }) => {
      if (object.metadata.name === nodeName && readyStatus(object) === 'False') resolve();
    });
    postStatus();
    return promise;
  };
  return createShutdown({ clock, periods, pods, announce });
}
