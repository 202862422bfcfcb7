/** The ingress proxy: a port for each listener of the current table. */
import { createPassing } from './pass.ts';
import { openPort, type PortListener, type PortOptions } from './port-listener.ts';
import type { Listener, ProxyPorts, RoutingTable } from './table.ts';

export interface IngressServer {
  /** Resolves when every listener of the table has its port. Calls take effect in their order. */
  update(table: RoutingTable): Promise<ProxyPorts>;
  close(): Promise<void>;
}

export interface IngressServerOptions extends Omit<PortOptions, 'passing'> {
  /** The address from which backends are asked; undefined: the kernel chooses. */
  sourceIP?: string | undefined;
}

interface Open {
  scheme: Listener['scheme'];
  opened: PortListener;
}

export function startIngressServer(options: IngressServerOptions): IngressServer {
  const passing = createPassing(options.sourceIP);
  const open = new Map<number, Open>();
  let last: Promise<unknown> = Promise.resolve();

  const follow = async (listener: Listener): Promise<void> => {
    const { port, scheme } = listener;
    const known = open.get(port);
    if (known?.scheme === scheme) return known.opened.update(listener);
    await known?.opened.close();
    open.set(port, { scheme, opened: await openPort(listener, { ...options, passing }) });
  };
  const apply = async (table: RoutingTable): Promise<ProxyPorts> => {
    const wanted = new Set(table.map(({ port }) => port));
    const gone = [...open].filter(([port]) => !wanted.has(port));
    for (const [port] of gone) open.delete(port);
    await Promise.all([...gone.map(([, { opened }]) => opened.close()), ...table.map(follow)]);
    return Object.fromEntries([...open].map(([port, { opened }]) => [port, opened.port]));
  };

  return {
    update(table) {
      const applied = last.then(() => apply(table));
      // Who asked hears of the failure; the next table is applied all the same.
      last = applied.catch(() => {});
      return applied;
    },
    async close() {
      await last;
      passing.close();
      await Promise.all([...open.values()].map(({ opened }) => opened.close()));
    },
  };
}
