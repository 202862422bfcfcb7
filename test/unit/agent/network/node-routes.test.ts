/** Routes to the pods of other nodes, when the engine takes this node off its network and puts it back. */
import { expect, it } from 'vitest';
import type { Exec } from '../../../../agent/network/exec.ts';
import { lostRoutes } from '../../../../agent/network/pod-network/route-table.ts';
import { routesTo, startNodeRoutes } from '../../../../agent/network/pod-network/routes.ts';
import { aNodeAt } from '../../../builders/network.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createFakeInformer } from '../../../fakes/informer.ts';
import { quietLog } from '../../../fakes/log.ts';

/** As the kernel writes it: a node at 172.29.69.2 with routes through these interfaces. */
const table = (...lines: string[]) =>
  ['Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT', ...lines, ''].join('\n');
const byDefault = 'eth0\t00000000\t01451DAC\t0003\t0\t0\t0\t00000000\t0\t0\t0';
const own = 'skiff0\t0000F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0';
const network = 'eth0\t00451DAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0';
const toWorker = 'eth0\t0001F40A\t03451DAC\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0';
const elsewhere = 'eth0\t0001F40A\t09451DAC\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0';

const set = new Map([['10.244.1.0/24', '172.29.69.3']]);

it.each([
  ['there', table(byDefault, own, network, toWorker), []],
  ['gone', table(byDefault, own, network), ['10.244.1.0/24']],
  ['through another node', table(byDefault, own, network, elsewhere), ['10.244.1.0/24']],
  ['gone with the network itself, so that it cannot be set', table(own), []],
])('a route is seen: %s', (_, text, lost) => expect(lostRoutes(set, text)).toEqual(lost));

/** What the kernel has in `/proc/net/ipv6_route` of a node at fd00:77::2. */
const sixth = (destination: string, length: string, gateway: string) =>
  `${destination.padEnd(32, '0')} ${length} ${'0'.repeat(32)} 00 ${gateway} 00000400 00000001 00000000 00000003 eth0\n`;
const direct = sixth('fd000077', '40', '0'.repeat(32));
const through = (last: string) => sixth('fd00024400000001', '40', `fd000077${last.padStart(24, '0')}`);

it.each([
  ['there', direct + through('3'), []],
  ['gone', direct, ['fd00:244:0:1::/64']],
  ['through another node', direct + through('9'), ['fd00:244:0:1::/64']],
  ['gone with the network itself', '', []],
])('a route of IPv6 is seen: %s', (_, text, lost) =>
  expect(lostRoutes(new Map([['fd00:244:0:1::/64', 'fd00:77::3']]), table(own, network) + text)).toEqual(lost),
);

it('a node of two families is reached at the address of each', () => {
  const other = [{ nodeIP: 'fd00:77::3', podCIDR: 'fd00:244:0:1::/64' }];
  expect([...routesTo([aNodeAt('worker', '172.29.69.3', '10.244.1.0/24', other)], 'control-plane')]).toEqual([
    ['10.244.1.0/24', '172.29.69.3'],
    ['fd00:244:0:1::/64', 'fd00:77::3'],
  ]);
});

it('are set again once the node is back on its network, and not before', async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const ran: string[] = [];
  const exec: Exec = {
    run: async (_tool, _args, { input = '' } = {}) => {
      ran.push(input);
      return '';
    },
    pathOf: (tool) => tool,
    has: () => true,
  };
  let kernel = table(byDefault, own, network, toWorker);
  const { ready } = startNodeRoutes({
    config: { nodeName: 'control-plane' },
    nodes: createFakeInformer([
      aNodeAt('control-plane', '172.29.69.2', '10.244.0.0/24'),
      aNodeAt('worker', '172.29.69.3', '10.244.1.0/24'),
    ]),
    exec,
    readTable: async () => kernel,
    clock,
    log: quietLog,
    signal: stop.signal,
  });
  await ready;
  const route = 'route replace 10.244.1.0/24 via 172.29.69.3\n';
  await clock.advance(60_000);
  expect(ran).toEqual([route]);
  kernel = table(own);
  await clock.advance(60_000);
  expect(ran).toEqual([route]);
  kernel = table(byDefault, own, network);
  await clock.advance(5_000);
  expect(ran).toEqual([route, route]);
  stop.abort();
});
