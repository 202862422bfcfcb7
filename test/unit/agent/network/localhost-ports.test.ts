import { describe, expect, test } from 'vitest';
import { services as kind } from '../../../../agent/api/core/service.ts';
import type { EndpointSlice, Node, Service } from '../../../../agent/api/types.ts';
import { createLogger } from '../../../../agent/log.ts';
import { startLocalhostPorts } from '../../../../agent/network/localhost-ports/controller.ts';
import {
  containerFor,
  type PortEngine,
  PortTakenError,
  takenPort,
} from '../../../../agent/network/localhost-ports/engine.ts';
import {
  formatPort,
  idOf,
  nodeFor,
  type PortContainer,
  type PortHolder,
  type PublishedPort,
  parsePorts,
  planPorts,
  portsOf,
} from '../../../../agent/network/localhost-ports/plan.ts';
import { aNodeAt, aService, aSlice } from '../../../builders/network.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createFakeInformer } from '../../../fakes/informer.ts';

const nodeIP = '172.30.0.2';
const published = (hostPort: number, nodePort = hostPort): PublishedPort => ({
  hostPort,
  protocol: 'tcp',
  nodeIP,
  nodePort,
});
const nodePortService = aService('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
const balancer = aService('web', { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] });

describe('the ports of a service on localhost', () => {
  test.each([
    ['a cluster IP: none', aService('web', { ports: [{ port: 80 }] }), []],
    ['a node port: its number', nodePortService, ['30080/tcp=172.30.0.2:30080']],
    ['a load balancer: its port too', balancer, ['30080/tcp=172.30.0.2:30080', '80/tcp=172.30.0.2:30080']],
    [
      'a load balancer of another class: the node port',
      aService('web', { ...balancer.spec, loadBalancerClass: 'example.com/other' }),
      ['30080/tcp=172.30.0.2:30080'],
    ],
    [
      'UDP, but not SCTP',
      aService('web', {
        type: 'NodePort',
        ports: [
          { port: 53, protocol: 'UDP', nodePort: 30053 },
          { port: 99, protocol: 'SCTP', nodePort: 30099 },
        ],
      }),
      ['30053/udp=172.30.0.2:30053'],
    ],
  ])('%s', (_, service, expected) => {
    expect(portsOf(service, nodeIP).map(formatPort)).toEqual(expected);
  });

  test('can be read back from the label of a container', () => {
    const ports = portsOf(balancer, nodeIP);
    expect(parsePorts(ports.map(formatPort).join(','))).toEqual(ports);
    expect(parsePorts('nonsense')).toEqual([]);
  });

  test('lead to our node, or with externalTrafficPolicy Local to one that has an endpoint', () => {
    const nodes = createFakeInformer<Node>([aNodeAt('n1', nodeIP, ''), aNodeAt('n2', '172.30.0.3', '')]);
    const local = aService('web', { ...nodePortService.spec, externalTrafficPolicy: 'Local' });
    const on = (...names: string[]) => [
      aSlice(
        'web',
        names.map((node) => ({ ip: '10.244.1.5', node })),
      ),
    ];
    expect(nodeFor(nodePortService, on('n2'), nodes, nodeIP)).toBe(nodeIP);
    expect(nodeFor(local, on('n2'), nodes, nodeIP)).toBe('172.30.0.3');
    expect(nodeFor(local, on('n2', 'n1'), nodes, nodeIP)).toBe(nodeIP);
    expect(nodeFor(local, [], nodes, nodeIP)).toBe(nodeIP);
  });
});

describe('the plan', () => {
  const running = (id: string, ...ports: PublishedPort[]): PortContainer => ({ id, ports, running: true });

  test.each([
    ['makes what is missing', [published(30080)], [], [], ['30080/tcp=172.30.0.2:30080']],
    ['leaves alone what is right', [published(30080)], [running('a', published(30080))], [], []],
    [
      'adds beside what is right',
      [published(30080), published(80, 30080)],
      [running('a', published(30080))],
      [],
      ['80/tcp=172.30.0.2:30080'],
    ],
    [
      'replaces what leads elsewhere',
      [published(30080)],
      [running('a', published(30080, 30081))],
      ['a'],
      ['30080/tcp=172.30.0.2:30080'],
    ],
    [
      'replaces what does not run',
      [published(30080)],
      [{ ...running('a', published(30080)), running: false }],
      ['a'],
      ['30080/tcp=172.30.0.2:30080'],
    ],
    ['removes what is not wanted', [], [running('a', published(30080))], ['a'], []],
    ['removes what cannot be read', [published(30080)], [running('a')], ['a'], ['30080/tcp=172.30.0.2:30080']],
  ])('%s', (_, wanted, existing, remove, missing) => {
    const plan = planPorts(wanted, existing);
    expect({ ...plan, missing: plan.missing.map(formatPort) }).toEqual({ remove, missing });
  });
});

test.each([
  [
    'driver failed programming external connectivity: Bind for 127.0.0.1:30080 failed: port is already allocated',
    30080,
  ],
  ['Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use', 80],
  [
    'Ports are not available: exposing port TCP 127.0.0.1:8080 -> 127.0.0.1:0: listen tcp 127.0.0.1:8080: bind: Only one usage',
    8080,
  ],
  ['rootlessport cannot expose privileged port 443, you can add net.ipv4.ip_unprivileged_port_start', 443],
  ['no such image: skiff-node', undefined],
])('what the engine says about a port is understood: %s', (message, expected) => {
  expect(takenPort(message)).toBe(expected);
});

test('a port container publishes on 127.0.0.1 only, carries our labels and has one capability', () => {
  const options = { profile: 'skiff', nodeImage: 'skiff-node:1', network: 'skiff' };
  const created = containerFor(options, { rootless: false }, 'default/web', portsOf(balancer, nodeIP));
  expect(created).toMatchObject({
    name: 'skiff-port-30080',
    Labels: {
      'dev.skiff.profile': 'skiff',
      'dev.skiff.role': 'port',
      'dev.skiff.service': 'default/web',
      'dev.skiff.ports': '30080/tcp,80/tcp',
    },
    HostConfig: {
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
      PortBindings: {
        '30080/tcp': [{ HostIp: '127.0.0.1', HostPort: '30080' }],
        '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '80' }],
      },
    },
  });
  expect(created.Cmd?.[0]).toContain('tcp dport 80 dnat to 172.30.0.2:30080');
});

describe('the controller', () => {
  const start = (initial: Service[], containers: (PortContainer & { service: string })[] = []) => {
    const services = createFakeInformer<Service>(initial);
    const endpointSlices = createFakeInformer<EndpointSlice>();
    const nodes = createFakeInformer<Node>();
    const clock = createFakeClock();
    const taken = new Set<number>();
    const others: PortHolder[] = [];
    const ends: { tell?: (service: string) => void } = {};
    const events: string[] = [];
    const statuses: unknown[] = [];
    const state = { calls: 0 };
    const engine: PortEngine = {
      async list(service) {
        state.calls += 1;
        return containers.filter((container) => service === undefined || container.service === service);
      },
      holders: async () => [
        ...others,
        ...containers.map(({ service, ports }) => ({ cluster: undefined, service, ports: ports.map(idOf) })),
      ],
      async run(service, ports) {
        const blocked = ports.find(({ hostPort }) => taken.has(hostPort));
        if (blocked) throw new PortTakenError(blocked.hostPort, 'port is already allocated');
        containers.push({ id: `c${containers.length}-${ports[0]?.hostPort}`, service, ports, running: true });
      },
      async remove(id) {
        containers.splice(
          containers.findIndex((container) => container.id === id),
          1,
        );
      },
      watchEnds: async () =>
        (async function* () {
          for (;;) yield await new Promise<string>((resolve) => Object.assign(ends, { tell: resolve }));
        })(),
    };
    const client = {
      resource: () => ({
        async patch(name: string, _namespace: string | undefined, _type: string, patch: unknown) {
          const { status } = patch as Pick<Service, 'status'>;
          statuses.push(status);
          const service = services.get(`default/${name}`);
          if (service) services.put({ ...service, status });
          return service ?? balancer;
        },
      }),
    };
    startLocalhostPorts({
      config: { nodeIP },
      client,
      kind,
      services,
      endpointSlices,
      nodes,
      engine,
      recorder: { event: (_object, type, reason, message) => void events.push(`${type} ${reason} ${message}`) },
      clock,
      log: createLogger('ports', () => {}),
      signal: new AbortController().signal,
    });
    const answering = () => containers.flatMap(({ ports }) => ports.map(formatPort));
    return { others, services, endpointSlices, clock, taken, ends, events, statuses, state, containers, answering };
  };

  test('publishes a service that appears and withdraws one that goes', async () => {
    const { services, clock, answering } = start([]);
    await clock.advance(0);
    services.put(nodePortService);
    await clock.advance(0);
    expect(answering()).toEqual(['30080/tcp=172.30.0.2:30080']);
    services.remove('default/web');
    await clock.advance(0);
    expect(answering()).toEqual([]);
  });

  test('does not ask the engine about services that need no port', async () => {
    const { services, clock, state } = start([]);
    await clock.advance(0);
    const before = state.calls;
    services.put(aService('inner', { ports: [{ port: 80 }] }));
    await clock.advance(0);
    expect(state.calls).toBe(before);
  });

  test('removes what was left by services that are gone', async () => {
    const left = { id: 'left', service: 'default/gone', ports: [published(30099)], running: true };
    const { clock, containers } = start([], [left]);
    await clock.advance(0);
    expect(containers).toEqual([]);
  });

  test('shows a load balancer as localhost once it answers, and takes that back when it is none any more', async () => {
    const { services, clock, statuses, events } = start([balancer]);
    await clock.advance(0);
    expect(statuses).toEqual([{ loadBalancer: { ingress: [{ hostname: 'localhost' }] } }]);
    expect(events).toEqual(['Normal EnsuredLoadBalancer Ensured load balancer']);
    const shown = services.get('default/web');
    services.put({ ...nodePortService, status: shown?.status });
    await clock.advance(0);
    expect(statuses[1]).toEqual({ loadBalancer: { ingress: null } });
  });

  test('publishes the other ports where one is taken, says so, and takes it when it is free', async () => {
    const { clock, taken, events, answering, containers, statuses } = start([balancer]);
    taken.add(80);
    await clock.advance(0);
    expect(answering()).toEqual(['30080/tcp=172.30.0.2:30080']);
    expect(events).toEqual([expect.stringMatching(/^Warning LocalhostPortUnavailable Port 80 on localhost is taken/)]);
    const [shown] = statuses as Service['status'][];
    expect(shown).toEqual({
      loadBalancer: { ingress: null },
      conditions: [
        {
          type: 'LoadBalancerPortsError',
          status: 'True',
          reason: 'PortsTaken',
          message: 'Taken on localhost by another program or service: 80/TCP',
          lastTransitionTime: expect.any(String),
        },
      ],
    });
    const first = containers[0];
    taken.clear();
    await clock.advance(2_000);
    expect(answering()).toEqual(['30080/tcp=172.30.0.2:30080', '80/tcp=172.30.0.2:30080']);
    expect(containers[0]).toBe(first);
    expect(statuses.at(-1)).toMatchObject({
      loadBalancer: { ingress: [{ hostname: 'localhost' }] },
      conditions: [{ type: 'LoadBalancerPortsError', status: 'False', reason: 'PortsPublished' }],
    });
  });

  test('says that SCTP is reached in the cluster alone, and publishes the other ports', async () => {
    const sctp = { port: 99, protocol: 'SCTP', nodePort: 30099 };
    const spec = { ...balancer.spec, ports: [...(balancer.spec.ports ?? []), sctp] };
    const { clock, answering, statuses } = start([{ ...balancer, spec }]);
    await clock.advance(0);
    expect(answering()).toEqual(['30080/tcp=172.30.0.2:30080', '80/tcp=172.30.0.2:30080']);
    expect(statuses).toEqual([
      {
        loadBalancer: { ingress: [{ hostname: 'localhost' }] },
        conditions: [
          {
            type: 'LoadBalancerPortsError',
            status: 'True',
            reason: 'ProtocolNotSupported',
            message: 'SCTP is not published on localhost, only reached in the cluster: 99/SCTP',
            lastTransitionTime: expect.any(String),
          },
        ],
      },
    ]);
  });

  test('names the service that has a port, of this cluster or another, and takes the port when it is free', async () => {
    const second = aService('second', { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30081 }] });
    const third = aService('third', { type: 'NodePort', ports: [{ port: 80, nodePort: 30090 }] });
    const { services, others, clock, events, answering } = start([balancer]);
    others.push({ cluster: 'labs', service: 'shop/cart', ports: ['30090/tcp'] });
    await clock.advance(0);
    events.splice(0);
    services.put(second);
    services.put(third);
    await clock.advance(0);
    expect(events).toEqual([
      'Warning LocalhostPortUnavailable Port 80 on localhost is taken by the service default/web of this cluster: ' +
        'give one of the two services another port. Trying again by itself.',
      'Warning LocalhostPortUnavailable Port 30090 on localhost is taken by the service shop/cart of the cluster labs: ' +
        'give one of the two services another nodePort. Trying again by itself.',
    ]);
    expect(answering()).toContain('30081/tcp=172.30.0.2:30081');
    services.remove('default/web');
    others.splice(0);
    await clock.advance(2_000);
    expect(answering().sort()).toEqual([
      '30081/tcp=172.30.0.2:30081',
      '30090/tcp=172.30.0.2:30090',
      '80/tcp=172.30.0.2:30081',
    ]);
  });

  test('makes a container again that somebody removed', async () => {
    const { clock, containers, ends, answering } = start([nodePortService]);
    await clock.advance(0);
    containers.length = 0;
    ends.tell?.('default/web');
    await clock.advance(0);
    expect(answering()).toEqual(['30080/tcp=172.30.0.2:30080']);
  });
});
