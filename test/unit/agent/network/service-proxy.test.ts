import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Node, Service } from '../../../../agent/api/types.ts';
import { createLogger } from '../../../../agent/log.ts';
import { type Exec, ToolError } from '../../../../agent/network/exec.ts';
import { followFlows, renderGone } from '../../../../agent/network/service-proxy/flows.ts';
import { startServiceProxy } from '../../../../agent/network/service-proxy/proxy.ts';
import { render, renderChange } from '../../../../agent/network/service-proxy/render.ts';
import { RuleBook } from '../../../../agent/network/service-proxy/rule-book.ts';
import { emptyRules, mergeRules, type Rules, rulesFor } from '../../../../agent/network/service-proxy/rules.ts';
import { indexByService } from '../../../../agent/network/slices.ts';
import { aNodeAt, aService, aSlice, type EndpointShape } from '../../../builders/network.ts';
import { createFakeClock } from '../../../fakes/clock.ts';
import { createFakeInformer } from '../../../fakes/informer.ts';
import { Firewall } from '../../../fakes/nftables.ts';

const node = { nodeName: 'n1', nodeIP: '172.30.0.2', clusterCIDR: '10.244.0.0/16', dnsIP: '10.96.0.10' };
const here = (ip: string, more: Partial<EndpointShape> = {}): EndpointShape => ({ ip, node: 'n1', ...more });
const there = (ip: string, more: Partial<EndpointShape> = {}): EndpointShape => ({ ip, node: 'n2', ...more });
const firewall = () => new Firewall([node.nodeIP, '10.244.1.1', '127.0.0.1']);
const load = (services: Service[], slices: EndpointSlice[]) => firewall().apply(render(services, slices, node));

const web = (spec: Partial<Service['spec']> = {}) =>
  aService('web', { clusterIP: '10.96.0.80', ports: [{ port: 80, nodePort: 30080 }], ...spec });
const bothNodes = aSlice('web', [here('10.244.1.5'), there('10.244.2.5')], [{ port: 8080 }]);
const fromPod = { from: '10.244.1.9', to: '10.96.0.80', port: 80 };
const fromOutside = { from: '192.0.2.1', to: node.nodeIP, port: 30080 };

/** Where many connections go, without repetition. */
const targets = (rules: Firewall, packet: Parameters<Firewall['send']>[0]) =>
  [
    ...new Set(
      Array.from({ length: 64 }, (_, index) => {
        rules.choose = (n) => index % n;
        return rules.send(packet).to;
      }),
    ),
  ].sort();

describe('traffic to a cluster IP', () => {
  test('spreads over every ready endpoint and keeps the source of a pod', () => {
    const rules = load([web()], [bothNodes]);
    expect(targets(rules, fromPod)).toEqual(['10.244.1.5:8080', '10.244.2.5:8080']);
    expect(rules.send(fromPod).masqueraded).toBe(false);
  });

  test('hides the source of whoever is not a pod', () => {
    const rules = load([web()], [bothNodes]);
    expect(rules.send({ ...fromPod, from: node.nodeIP, local: true })).toMatchObject({ masqueraded: true });
  });

  test('hides a pod from itself', () => {
    const rules = load([web()], [aSlice('web', [here('10.244.1.5')])]);
    expect(rules.send({ ...fromPod, from: '10.244.1.5' })).toEqual({
      outcome: 'delivered',
      to: '10.244.1.5:80',
      masqueraded: true,
    });
  });

  test('is left untranslated where port or protocol are not served', () => {
    const rules = load([web()], [bothNodes]);
    expect(rules.send({ ...fromPod, port: 81 }).to).toBe('10.96.0.80:81');
    expect(rules.send({ ...fromPod, protocol: 'udp' }).to).toBe('10.96.0.80:80');
  });

  test('is left untranslated where there is no endpoint, for the node rejects the service range', () => {
    expect(load([web()], []).send(fromPod).to).toBe('10.96.0.80:80');
  });

  test('goes by the protocol of the port', () => {
    const spec = {
      ports: [
        { name: 'a', port: 53, protocol: 'UDP' },
        { name: 'b', port: 53 },
      ],
    };
    const slice = aSlice(
      'web',
      [here('10.244.1.5')],
      [
        { name: 'a', port: 1053, protocol: 'UDP' },
        { name: 'b', port: 2053 },
      ],
    );
    const rules = load([web(spec)], [slice]);
    expect(rules.send({ ...fromPod, port: 53, protocol: 'udp' }).to).toBe('10.244.1.5:1053');
    expect(rules.send({ ...fromPod, port: 53 }).to).toBe('10.244.1.5:2053');
  });

  test('stays on the node with internalTrafficPolicy Local, and is dropped where the node has no endpoint', () => {
    const local = web({ internalTrafficPolicy: 'Local' });
    expect(targets(load([local], [bothNodes]), fromPod)).toEqual(['10.244.1.5:8080']);
    const elsewhere = aSlice('web', [there('10.244.2.5')]);
    expect(load([local], [elsewhere]).send(fromPod).outcome).toBe('dropped');
  });

  test('goes where the hints of the endpoints say, also from outside; a traffic policy Local comes first', () => {
    const hinted = aSlice('web', [
      here('10.244.1.5', { forZones: ['b'] }),
      there('10.244.2.5', { forZones: ['a'] }),
      there('10.244.2.6', { forZones: ['a'] }),
    ]);
    const loaded = (spec: Partial<Service['spec']> = {}) =>
      firewall().apply(render([web(spec)], [hinted], { ...node, zone: 'a' }));
    expect(targets(loaded(), fromPod)).toEqual(['10.244.2.5:80', '10.244.2.6:80']);
    expect(targets(loaded(), fromOutside)).toEqual(['10.244.2.5:80', '10.244.2.6:80']);
    const local = loaded({ internalTrafficPolicy: 'Local' });
    expect(targets(local, fromPod)).toEqual(['10.244.1.5:80']);
    expect(local.send({ ...fromPod, from: '10.244.1.5' }).masqueraded).toBe(true);
  });
});

test('names are asked of the own node, and of the others while it does not answer', () => {
  const dns = aService('kube-dns', { clusterIP: '10.96.0.10', ports: [{ port: 53, protocol: 'UDP' }] });
  const query = { from: '10.244.1.9', to: '10.96.0.10', port: 53, protocol: 'udp' } as const;
  const port = { port: 53, protocol: 'UDP' };
  const all = [here(node.nodeIP), there('172.30.0.3')];
  expect(targets(load([dns], [aSlice('kube-dns', all, [port])]), query)).toEqual(['172.30.0.2:53']);
  const others = [here(node.nodeIP, { ready: false }), there('172.30.0.3')];
  expect(targets(load([dns], [aSlice('kube-dns', others, [port])]), query)).toEqual(['172.30.0.3:53']);
});

describe('endpoints', () => {
  test.each([
    ['that are not ready get nothing', [here('10.244.1.5'), here('10.244.1.6', { ready: false })], ['10.244.1.5:80']],
    [
      'that terminate get nothing while another is ready',
      [here('10.244.1.5', { ready: false, serving: true, terminating: true }), there('10.244.2.5')],
      ['10.244.2.5:80'],
    ],
    [
      'that terminate but serve are used where no other is ready',
      [here('10.244.1.5', { ready: false, serving: true, terminating: true }), there('10.244.2.5', { ready: false })],
      ['10.244.1.5:80'],
    ],
  ])('%s', (_, endpoints, expected) => {
    expect(targets(load([web()], [aSlice('web', endpoints)]), fromPod)).toEqual(expected);
  });

  test('of several slices count together, the same one once', () => {
    const slices = [
      aSlice('web', [here('10.244.1.5')], [{ port: 80 }], { name: 'web-1' }),
      aSlice('web', [here('10.244.1.5'), there('10.244.2.5')], [{ port: 80 }], { name: 'web-2' }),
    ];
    const rules = load([web()], slices);
    expect(targets(rules, fromPod)).toEqual(['10.244.1.5:80', '10.244.2.5:80']);
  });
});

describe('traffic from outside', () => {
  test('reaches a node port on any address of the node but loopback, with its source hidden', () => {
    const rules = load([web({ type: 'NodePort' })], [bothNodes]);
    expect(targets(rules, fromOutside)).toEqual(['10.244.1.5:8080', '10.244.2.5:8080']);
    expect(rules.send(fromOutside).masqueraded).toBe(true);
    expect(rules.send({ ...fromOutside, to: '127.0.0.1', local: true }).to).toBe('127.0.0.1:30080');
    expect(rules.send({ ...fromOutside, to: '192.0.2.9' }).to).toBe('192.0.2.9:30080');
  });

  test('keeps its source with externalTrafficPolicy Local and sees only the node; pods see every endpoint', () => {
    const rules = load([web({ type: 'NodePort', externalTrafficPolicy: 'Local' })], [bothNodes]);
    expect(targets(rules, fromOutside)).toEqual(['10.244.1.5:8080']);
    expect(rules.send(fromOutside).masqueraded).toBe(false);
    expect(targets(rules, { ...fromOutside, from: '10.244.1.9' })).toEqual(['10.244.1.5:8080', '10.244.2.5:8080']);
  });

  test('is dropped with externalTrafficPolicy Local on a node without an endpoint', () => {
    const rules = load(
      [web({ type: 'NodePort', externalTrafficPolicy: 'Local' })],
      [aSlice('web', [there('10.244.2.5')])],
    );
    expect(rules.send(fromOutside).outcome).toBe('dropped');
  });

  test('reaches external IPs and the addresses of a load balancer, and is rejected there without endpoints', () => {
    const service = aService(
      'web',
      { type: 'LoadBalancer', clusterIP: '10.96.0.80', externalIPs: ['203.0.113.7'], ports: [{ port: 80 }] },
      { ingress: [{ ip: '203.0.113.8' }, { hostname: 'localhost' }] },
    );
    const full = load([service], [aSlice('web', [here('10.244.1.5')])]);
    const empty = load([service], []);
    for (const to of ['203.0.113.7', '203.0.113.8']) {
      expect(full.send({ from: '192.0.2.1', to, port: 80 })).toMatchObject({ to: '10.244.1.5:80', masqueraded: true });
      expect(empty.send({ from: '192.0.2.1', to, port: 80 }).outcome).toBe('rejected');
    }
  });
});

describe('session affinity', () => {
  test('sends a client back to the endpoint it had, and spreads the others', () => {
    const rules = load([web({ sessionAffinity: 'ClientIP' })], [bothNodes]);
    rules.choose = () => 1;
    const first = rules.send(fromPod).to;
    rules.choose = () => 0;
    expect(rules.send(fromPod).to).toBe(first);
    expect(rules.send({ ...fromPod, from: '10.244.1.10' }).to).not.toBe(first);
  });

  test('lasts as long as the service says', () => {
    const timeoutSeconds = 60;
    const sticky = web({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } });
    expect(render([sticky], [bothNodes], node)).toContain('flags dynamic,timeout; timeout 60s;');
    expect(render([web({ sessionAffinity: 'ClientIP' })], [bothNodes], node)).toContain('timeout 10800s;');
  });
});

test.each([
  ['headless', aService('web', { clusterIP: 'None', ports: [{ port: 80 }] })],
  ['an alias', aService('web', { type: 'ExternalName', externalName: 'example.com' })],
  [
    'proxied by somebody else',
    aService(
      'web',
      { clusterIP: '10.96.0.80', ports: [{ port: 80 }] },
      {
        labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
      },
    ),
  ],
])('a service that is %s has no rules', (_, service) => {
  expect(rulesFor(service, [bothNodes], node)).toEqual(emptyRules());
});

test('of two services with the same external address the first keeps it, and the text still loads', () => {
  const spec = { externalIPs: ['203.0.113.7'], ports: [{ port: 80 }] };
  const services = [
    aService('a', { ...spec, clusterIP: '10.96.0.1' }),
    aService('b', { ...spec, clusterIP: '10.96.0.2' }),
  ];
  const rules = load(services, [aSlice('a', [here('10.244.1.5')]), aSlice('b', [here('10.244.1.6')])]);
  expect(targets(rules, { from: '192.0.2.1', to: '203.0.113.7', port: 80 })).toEqual(['10.244.1.5:80']);
});

describe('a change', () => {
  const states: [string, Service[], EndpointSlice[]][] = [
    ['nothing', [], []],
    ['a service without endpoints', [web({ externalIPs: ['203.0.113.7'] })], []],
    ['a service', [web({ externalIPs: ['203.0.113.7'] })], [bothNodes]],
    ['one endpoint less', [web()], [aSlice('web', [there('10.244.2.5')])]],
    ['a sticky service', [web({ sessionAffinity: 'ClientIP' })], [bothNodes]],
    [
      'a sticky service with another timeout',
      [web({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } })],
      [bothNodes],
    ],
    ['a node port of a local service', [web({ type: 'NodePort', externalTrafficPolicy: 'Local' })], [bothNodes]],
    ['another cluster IP', [web({ clusterIP: '10.96.0.81' })], [bothNodes]],
  ];
  const rulesOf = (services: Service[], slices: EndpointSlice[]) =>
    mergeRules(services.map((service) => rulesFor(service, slices, node)));
  const cases = states.flatMap((from) => states.map((to) => ({ from, to, title: `from ${from[0]} to ${to[0]}` })));

  test.each(cases)('$title ends as if it had been loaded whole', ({ from, to }) => {
    const loaded = load(from[1], from[2]);
    loaded.apply(renderChange(rulesOf(from[1], from[2]), rulesOf(to[1], to[2])));
    expect(loaded.contents()).toEqual(load(to[1], to[2]).contents());
  });

  test('of one service does not mention the others', () => {
    const other = aService('other', { clusterIP: '10.96.0.90', ports: [{ port: 80 }] });
    const slice = aSlice('other', [here('10.244.1.7')]);
    const before = mergeRules([rulesFor(web(), [bothNodes], node), rulesFor(other, [slice], node)]);
    const after = mergeRules([
      rulesFor(web(), [aSlice('web', [here('10.244.1.5')])], node),
      rulesFor(other, [slice], node),
    ]);
    expect(renderChange(before, after)).not.toContain('other');
    expect(renderChange(after, after)).toBe('');
  });
});

const silent = createLogger('kube-proxy', () => {});

describe('the proxy', () => {
  const start = () => {
    const services = createFakeInformer<Service>([web()]);
    const endpointSlices = createFakeInformer<EndpointSlice>([bothNodes]);
    const clock = createFakeClock();
    const inputs: string[] = [];
    const state = { failures: 0 };
    const exec: Exec = {
      pathOf: (tool) => tool,
      has: () => false,
      async run(_tool, _args, options) {
        inputs.push(options?.input ?? '');
        if (state.failures > 0) {
          state.failures -= 1;
          throw new ToolError('nft', 1, 'Device or resource busy');
        }
        return '';
      },
    };
    const { signal } = new AbortController();
    const nodes = createFakeInformer<Node>([aNodeAt('n1', node.nodeIP, '10.244.1.0/24')]);
    const common = { config: node, nodes, services, endpointSlices, exec, clock, log: silent, signal };
    const { ready } = startServiceProxy(common);
    return { nodes, services, endpointSlices, clock, inputs, state, ready };
  };

  test('loads everything once the informers have synced, then only what changes', async () => {
    const { endpointSlices, clock, inputs, ready } = start();
    await clock.advance(20);
    await ready;
    endpointSlices.put(aSlice('web', [here('10.244.1.5')], [{ port: 8080 }]));
    await clock.advance(3);
    expect(inputs).toHaveLength(2);
    expect(inputs[1]).not.toContain('delete table');
    expect(firewall().apply(inputs.join('\n')).send(fromPod).to).toBe('10.244.1.5:8080');
  });

  test('gathers a burst into one transaction, and says nothing where nothing changes', async () => {
    const { services, endpointSlices, clock, inputs } = start();
    await clock.advance(20);
    services.put(web({ externalIPs: ['203.0.113.7'] }));
    endpointSlices.put(aSlice('web', [here('10.244.1.5')]));
    await clock.advance(20);
    endpointSlices.put(aSlice('web', [here('10.244.1.5')]));
    await clock.advance(20);
    expect(inputs).toHaveLength(2);
  });

  test('follows the zone of its node', async () => {
    const { nodes, endpointSlices, clock, inputs } = start();
    const zones = [here('10.244.1.5', { forZones: ['a'] }), there('10.244.2.5', { forZones: ['b'] })];
    endpointSlices.put(aSlice('web', zones));
    await clock.advance(20);
    const loaded = () => targets(firewall().apply(inputs.join('\n')), fromPod);
    expect(loaded()).toEqual(['10.244.1.5:80', '10.244.2.5:80']);
    const own = aNodeAt('n1', node.nodeIP, '10.244.1.0/24');
    const labels = { 'topology.kubernetes.io/zone': 'b' };
    nodes.put({ ...own, metadata: { ...own.metadata, labels } });
    await clock.advance(20);
    expect(loaded()).toEqual(['10.244.2.5:80']);
    nodes.put({ ...own, metadata: { ...own.metadata, labels, annotations: { seen: 'again' } } });
    await clock.advance(20);
    expect(inputs).toHaveLength(2);
  });

  test('loads everything again after a failure', async () => {
    const { services, clock, inputs, state } = start();
    await clock.advance(20);
    state.failures = 1;
    services.remove('default/web');
    await clock.advance(20);
    await clock.advance(500);
    expect(inputs).toHaveLength(3);
    expect(
      firewall()
        .apply(inputs[2] ?? '')
        .contents(),
    ).toEqual(load([], []).contents());
  });
});

describe('UDP flows', () => {
  const udp = (...ips: string[]) => {
    const ports = [{ port: 53, protocol: 'UDP' }];
    return rulesFor(
      web({ ports }),
      [
        aSlice(
          'web',
          ips.map((ip) => here(ip)),
          ports,
        ),
      ],
      node,
    );
  };

  /** Follows rules with a node image that has these tools; what is run becomes a line, and `nft`'s input. */
  const follow = (tools: readonly string[], failure?: Error) => {
    const calls: string[] = [];
    const lines: string[] = [];
    const exec: Exec = {
      pathOf: (tool) => tool,
      has: (tool) => tools.includes(tool),
      async run(tool, args, options = {}) {
        calls.push(options.input ?? [tool, ...args].join(' '));
        if (failure) throw failure;
        return '';
      },
    };
    const log = createLogger('kube-proxy', (line) => lines.push(line));
    const changed = followFlows({ exec, clock: createFakeClock(41_000), log });
    let from = emptyRules();
    /** The rules of all services, as they are now. */
    const update = (to: Rules): Promise<void> => {
      const change = { from, to };
      from = to;
      return changed(change);
    };
    return { calls, lines, update };
  };

  test('end where their endpoint has gone; those of TCP end by themselves', async () => {
    const { calls, update } = follow(['conntrack']);
    await update(udp('10.244.1.5', '10.244.1.6'));
    await update(udp('10.244.1.6'));
    await update(rulesFor(web(), [bothNodes], node));
    await update(emptyRules());
    expect(calls).toEqual([
      'conntrack -D -p udp --dst-nat 10.244.1.5 --reply-port-src 53',
      'conntrack -D -p udp --dst-nat 10.244.1.6 --reply-port-src 53',
    ]);
  });

  test('may be none, which is no failure', async () => {
    const { update, lines } = follow(['conntrack'], new ToolError('conntrack', 1, '0 flow entries have been deleted'));
    await update(udp('10.244.1.5'));
    await update(emptyRules());
    expect(lines).toEqual([]);
  });

  test('are moved to another zone each time where the tool is missing, until their endpoint comes back', async () => {
    const { calls, update } = follow(['nft']);
    await update(udp('10.244.1.5', '10.244.1.6'));
    await update(udp('10.244.1.6'));
    await update(udp('10.244.1.5', '10.244.1.6'));
    await update(udp('10.244.1.5', '10.244.1.6'));
    expect(calls).toEqual([renderGone(['10.244.1.5:53'], [], 43), renderGone([], ['10.244.1.5:53'], 44)]);
    expect(calls[0]).toContain('ct original proto-dst : 43 } drop\n');
    expect(calls[0]).toContain('\nadd element ip skiff-flows gone { 10.244.1.5 . 53 }\n');
    expect(calls[1]).toContain('\ndelete element ip skiff-flows gone { 10.244.1.5 . 53 }\n');
  });

  test('that cannot be moved are told of', async () => {
    const { update, lines } = follow(['nft'], new Error('no zones'));
    await update(udp('10.244.1.5'));
    await update(emptyRules());
    expect(lines.at(-1)).toContain('Failed to forget UDP flows targets=["10.244.1.5:53"] error="no zones"');
  });
});

test('the lookup of slices does not depend on what else is indexed on a shared informer', () => {
  const slices = createFakeInformer<EndpointSlice>([bothNodes]);
  slices.index('service', () => ['something else']);
  expect(indexByService(slices)('default/web')).toEqual([bothNodes]);
});

describe('the rules of all services', () => {
  const named = (name: string, clusterIP: string, more: Partial<Service['spec']> = {}) =>
    aService(name, { clusterIP, ports: [{ port: 80 }], ...more });
  const rulesOf = (name: string, clusterIP: string, ip: string, more: Partial<Service['spec']> = {}) =>
    rulesFor(named(name, clusterIP, more), [aSlice(name, [here(ip)], [{ port: 8080 }])], node);
  const thousand = () =>
    new Map(
      Array.from({ length: 1000 }, (_, index) => {
        const at = `${index >> 8}.${index & 255}`;
        return [`default/s${index}`, rulesOf(`s${index}`, `10.97.${at}`, `10.244.${at}`)] as const;
      }),
    );

  test('change by those of one service, however many others there are', () => {
    const book = new RuleBook();
    book.replace(thousand());
    const { from, to } = book.replace(new Map([['default/web', rulesOf('web', '10.96.0.80', '10.244.9.9')]]));
    expect(from).toEqual(emptyRules());
    expect(to).toEqual(rulesOf('web', '10.96.0.80', '10.244.9.9'));
    const gone = book.replace(new Map([['default/web', undefined]]));
    expect(gone).toEqual({ from: to, to: from });
    expect(book.all()).toEqual(mergeRules(thousand().values()));
  });

  test('give an address that two services claim to the first, and to the second when that is gone', () => {
    const book = new RuleBook();
    const claim = { externalIPs: ['192.0.2.9'] };
    book.replace(new Map([['default/a', rulesOf('a', '10.96.0.1', '10.244.1.1', claim)]]));
    const verdict = ({ serviceIPs }: Rules) => serviceIPs.get('192.0.2.9 . tcp . 80');
    const second = book.replace(new Map([['default/b', rulesOf('b', '10.96.0.2', '10.244.1.2', claim)]]));
    expect([verdict(second.from), verdict(second.to)]).toEqual([
      'goto external-default/a/tcp/80',
      'goto external-default/a/tcp/80',
    ]);
    const { from, to } = book.replace(new Map([['default/a', undefined]]));
    expect([verdict(from), verdict(to)]).toEqual(['goto external-default/a/tcp/80', 'goto external-default/b/tcp/80']);
    expect(verdict(book.all())).toBe('goto external-default/b/tcp/80');
  });

  test('keep what two services share until the last of them goes', () => {
    const book = new RuleBook();
    const both = ['a', 'b'].map(
      (name, index) => [`default/${name}`, rulesOf(name, `10.96.0.${index}`, '10.244.1.1')] as const,
    );
    book.replace(new Map(both));
    const first = book.replace(new Map([['default/a', undefined]]));
    expect([...first.to.hairpins]).toEqual(['10.244.1.1 . 10.244.1.1']);
    expect([...book.replace(new Map([['default/b', undefined]])).to.hairpins]).toEqual([]);
  });
});
