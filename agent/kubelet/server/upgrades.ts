/** Serves requests with an upgrade: exec, attach and port forwarding. */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { isWebSocket, type Upgrade } from '../../streams/websocket.ts';
import type { ContainerTarget, StreamBackend } from './backend.ts';
import { type CommandClient, type CommandOptions, serveCommand } from './command.ts';
import { parseCommandOptions } from './command-options.ts';
import { openSpdyCommand } from './command-spdy.ts';
import { openWebSocketCommand } from './command-websocket.ts';
import { findPod, hasTerminal, runningContainer } from './containers.ts';
import { HttpError } from './http-error.ts';
import { servePortForwardSpdy, servePortForwardTunnel, tunnelProtocol } from './port-forward-spdy.ts';
import { parsePorts, servePortForwardWebSocket } from './port-forward-websocket.ts';
import { parseUrl, type Served } from './requests.ts';
import { offeredWebSocketProtocols } from './upgrade.ts';

type Serving = Served & { log: Logger };

/** Rejects only before the upgrade is accepted. */
export async function serveUpgrade(serving: Serving, upgrade: Upgrade): Promise<void> {
  const { backend } = serving;
  const { segments, query } = parseUrl(upgrade.request);
  const [verb, namespace, pod, container, ...more] = segments;
  if (!namespace || !pod || more.length > 0) throw new HttpError(404, '404 page not found');
  if (verb === 'portForward' && container === undefined) {
    return portForward(backend, namespace, pod, upgrade, query);
  }
  if ((verb !== 'exec' && verb !== 'attach') || !container) throw new HttpError(404, '404 page not found');
  const target = runningContainer(backend, namespace, pod, container);
  const options = parseCommandOptions(query);
  if (verb === 'exec') return execute(serving, target, query.getAll('command'), options, upgrade);
  return attach(serving, target, options, upgrade);
}

async function execute(
  { backend, clock, log }: Serving,
  target: ContainerTarget,
  command: string[],
  options: CommandOptions,
  upgrade: Upgrade,
): Promise<void> {
  const client = await openCommand(upgrade, options, clock);
  const { stdin, tty } = options;
  await serveCommand(client, (signal) => backend.exec(target, { command, stdin, tty }, signal), command, log);
}

async function attach(
  { backend, clock, log }: Serving,
  target: ContainerTarget,
  options: CommandOptions,
  upgrade: Upgrade,
): Promise<void> {
  const client = await openCommand(upgrade, options, clock);
  const { stdin } = options;
  const tty = hasTerminal(target);
  await serveCommand(client, (signal) => backend.attach(target, { stdin, tty }, signal), undefined, log);
}

const openCommand = (upgrade: Upgrade, options: CommandOptions, clock: Clock): Promise<CommandClient> =>
  isWebSocket(upgrade.request) ? openWebSocketCommand(upgrade, options) : openSpdyCommand(upgrade, options, clock);

async function portForward(
  backend: StreamBackend,
  namespace: string,
  podName: string,
  upgrade: Upgrade,
  query: URLSearchParams,
): Promise<void> {
  const pod = findPod(backend, namespace, podName);
  if (!isWebSocket(upgrade.request)) {
    servePortForwardSpdy(backend, pod, upgrade);
  } else if (offeredWebSocketProtocols(upgrade.request).includes(tunnelProtocol)) {
    await servePortForwardTunnel(backend, pod, upgrade);
  } else {
    await servePortForwardWebSocket(backend, pod, upgrade, parsePorts(query));
  }
}
