import { describe, expect, it } from 'vitest';
import { services } from '../../../../../agent/api/core/service.ts';
import type { core, Service } from '../../../../../agent/api/types.ts';
import { aService, lines } from '../builders.ts';

const now = Date.parse('2026-01-01T00:01:30Z');
const cells = (service: Service) => services.columns.map((column) => column.value(service, now));
const defaulted = (spec: core.ServiceSpec): Service => {
  const service = aService(spec);
  services.default?.(service);
  services.prepareForCreate?.(service, []);
  return service;
};

describe('defaults', () => {
  it.each<[core.ServiceSpec, core.ServiceSpec]>([
    [
      {},
      {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      },
    ],
    [{ type: 'NodePort' }, { externalTrafficPolicy: 'Cluster', internalTrafficPolicy: 'Cluster' }],
    [{ type: 'LoadBalancer' }, { allocateLoadBalancerNodePorts: true }],
    [{ sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }],
    [{ ports: [{ port: 80, targetPort: 'http' }] }, { ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }] }],
  ])('of %j are %j', (spec, expected) => {
    expect(defaulted(spec).spec).toMatchObject(expected);
  });
});

describe('columns', () => {
  it.each<[core.ServiceSpec, core.ServiceStatus, unknown[]]>([
    [
      { clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], selector: { b: '2', a: '1' } },
      {},
      ['ClusterIP', '10.96.0.9', '<none>', '80/TCP', '90s', 'a=1,b=2'],
    ],
    [
      {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
      },
      {},
      ['NodePort', '10.96.0.9', '<none>', '80:30080/TCP,53/UDP', '90s', '<none>'],
    ],
    [{ type: 'LoadBalancer' }, {}, ['LoadBalancer', '<none>', '<pending>', '80/TCP', '90s', '<none>']],
    [
      { type: 'LoadBalancer' },
      { loadBalancer: { ingress: [{ ip: '127.0.0.1' }, { hostname: 'localhost' }] } },
      ['LoadBalancer', '<none>', '127.0.0.1,localhost', '80/TCP', '90s', '<none>'],
    ],
    [
      { type: 'ExternalName', externalName: 'example.com', ports: [] },
      {},
      ['ExternalName', '<none>', 'example.com', '<none>', '90s', '<none>'],
    ],
    [{ clusterIP: 'None', clusterIPs: ['None'] }, {}, ['ClusterIP', 'None', '<none>', '80/TCP', '90s', '<none>']],
  ])('of %j', (spec, status, expected) => {
    expect(cells({ ...defaulted(spec), status })).toEqual(['web', ...expected]);
  });
});

describe('validation', () => {
  it.each<[core.ServiceSpec, string[]]>([
    [{}, []],
    [{ ports: [] }, ['spec.ports: Required']],
    [{ ports: [], clusterIP: 'None' }, []],
    [
      { ports: [{ port: 0 }] },
      [
        'spec.ports[0].port: Invalid: must be between 1 and 65535, inclusive',
        'spec.ports[0].targetPort: Invalid: must be between 1 and 65535, inclusive',
      ],
    ],
    [{ ports: [{ port: 80 }, { port: 81 }] }, ['spec.ports[0].name: Required', 'spec.ports[1].name: Required']],
    [
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'a' },
        ],
      },
      ['spec.ports[1].name: Duplicate', 'spec.ports[1]: Duplicate'],
    ],
    [
      { ports: [{ port: 80, nodePort: 30080 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      { type: 'Public' },
      ['spec.type: NotSupported: supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ],
    [{ type: 'ExternalName', ports: [] }, ['spec.externalName: Required']],
    [
      { type: 'NodePort', clusterIP: 'None' },
      ["spec.clusterIPs[0]: Invalid: may not be set to 'None' for NodePort services"],
    ],
    [
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      { allocateLoadBalancerNodePorts: true },
      ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      { internalTrafficPolicy: 'Foo' },
      ['spec.internalTrafficPolicy: NotSupported: supported values: "Cluster", "Local"'],
    ],
    [
      { clusterIP: 'foo' },
      ['spec.clusterIPs[0]: Invalid: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [{ sessionAffinity: 'Always' }, ['spec.sessionAffinity: NotSupported: supported values: "ClientIP", "None"']],
  ])('of %j', (spec, expected) => {
    expect(lines(services.validate?.(defaulted(spec)))).toEqual(expected);
  });

  it('takes along what a type had brought when it goes, but not what the update names', () => {
    const old = defaulted({ type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] });
    const plain = defaulted({ ...structuredClone(old.spec), type: 'ClusterIP' });
    services.prepareForUpdate?.(plain, old);
    expect(plain.spec).toEqual(defaulted({}).spec);
    const external = defaulted({ type: 'ExternalName', externalName: 'a.b', ports: [] });
    const inside = defaulted({ ...structuredClone(external.spec), type: 'ClusterIP', ports: [{ port: 80 }] });
    services.prepareForUpdate?.(inside, external);
    expect(inside.spec.externalName).toBeUndefined();
    const named = defaulted({
      ...structuredClone(old.spec),
      type: 'ClusterIP',
      ports: [{ port: 80, nodePort: 30081 }],
    });
    services.prepareForUpdate?.(named, old);
    expect(lines(services.validate?.(named, old))).toEqual([
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ]);
  });

  it('keeps the cluster IP', () => {
    const old = defaulted({ clusterIP: '10.96.0.9' });
    expect(lines(services.validate?.(defaulted({ clusterIP: '10.96.0.10' }), old))).toEqual([
      'spec.clusterIPs[0]: Invalid: may not change once set',
    ]);
    expect(services.validate?.(defaulted({ type: 'ExternalName', externalName: 'a.b', ports: [] }), old)).toEqual([]);
  });
});
