/** The cases of https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/topology_test.go */
import { describe, expect, test } from 'vitest';
import { endpointsOf, type Place } from '../../../../agent/network/service-proxy/endpoints.ts';
import { aSlice, type EndpointShape } from '../../../builders/network.ts';

const own = 'node-a';
const port = { port: 80 };
const lastOctet = (ip: string): number => Number(ip.split('.')[3]);

/** The last numbers of the addresses chosen of `10.1.2.3`, `10.1.2.4`, ... */
function choose(shapes: Omit<EndpointShape, 'ip'>[], place?: Place): { cluster: number[]; local: number[] } {
  const endpoints = shapes.map((shape, index) => ({ ip: `10.1.2.${3 + index}`, ...shape }));
  const { cluster, local } = endpointsOf([aSlice('web', endpoints)], port, 'IPv4', place);
  return { cluster: cluster.map(({ ip }) => lastOctet(ip)), local: local.map(({ ip }) => lastOctet(ip)) };
}

const inZone = (zone: string, more: Partial<EndpointShape> = {}) => ({ forZones: [zone], ...more });
const spread = [inZone('zone-a'), inZone('zone-b'), inZone('zone-c'), inZone('zone-a')];

describe('hints of zones', () => {
  const cases: [string, string | undefined, Omit<EndpointShape, 'ip'>[], number[]][] = [
    ['choose the endpoints for the zone of the node', 'zone-a', spread, [3, 6]],
    ['are ignored by a node without a zone', undefined, spread, [3, 4, 5, 6]],
    ['are ignored by a node with an empty zone', '', spread, [3, 4, 5, 6]],
    ['are ignored where none names the zone of the node', 'zone-d', spread, [3, 4, 5, 6]],
    ['count for ready endpoints alone', 'zone-a', [...spread.slice(0, 3), inZone('zone-a', { ready: false })], [3]],
    [
      'are ignored where the endpoints for the zone are not ready',
      'zone-a',
      [inZone('zone-a', { ready: false }), inZone('zone-b'), inZone('zone-c'), inZone('zone-a', { ready: false })],
      [4, 5],
    ],
    [
      'are ignored where one endpoint has none',
      'zone-a',
      [inZone('zone-a'), inZone('zone-b'), {}, inZone('zone-a')],
      [3, 4, 5, 6],
    ],
    [
      'may be several of one endpoint',
      'zone-c',
      [
        { forZones: ['zone-a', 'zone-b', 'zone-c'] },
        { forZones: ['zone-b', 'zone-c'] },
        { forZones: ['zone-b', 'zone-d'] },
        inZone('zone-c'),
      ],
      [3, 4, 6],
    ],
    [
      'do not choose among terminating endpoints',
      'zone-a',
      [
        inZone('zone-a', { ready: false, serving: true, terminating: true }),
        inZone('zone-b', { ready: false, serving: true, terminating: true }),
      ],
      [3, 4],
    ],
  ];
  test.each(cases)('%s', (_, zone, shapes, cluster) => {
    expect(choose(shapes, { nodeName: own, zone })).toEqual({ cluster, local: [] });
  });

  test('do not choose among the endpoints of the node', () => {
    const shapes = [
      inZone('zone-a', { node: own }),
      inZone('zone-b', { node: own }),
      inZone('zone-a'),
      inZone('zone-b'),
    ];
    expect(choose(shapes, { nodeName: own, zone: 'zone-a' })).toEqual({ cluster: [3, 5], local: [3, 4] });
  });
});

describe('hints of nodes', () => {
  const onNodes = [
    { forNodes: [own], forZones: ['zone-a'] },
    { forNodes: ['node-b'], forZones: ['zone-a'] },
    { forNodes: ['node-c'], forZones: ['zone-b'] },
  ];
  const place = { nodeName: own, zone: 'zone-a' };
  test.each([
    ['choose the endpoints for the node before those for its zone', place, onNodes, [3]],
    ['give way to those of zones where none names the node', { nodeName: 'node-d', zone: 'zone-a' }, onNodes, [3, 4]],
    ['give way to those of zones where one endpoint has none', place, [...onNodes, inZone('zone-a')], [3, 4, 6]],
    ['are ignored where none names the node or its zone', { nodeName: 'node-d', zone: 'zone-d' }, onNodes, [3, 4, 5]],
  ])('%s', (_, from, shapes, cluster) => {
    expect(choose(shapes, from)).toEqual({ cluster, local: [] });
  });
});

test('without a place every ready endpoint is chosen, whatever its hints, and none is local', () => {
  const shapes = [...spread, { forZones: ['zone-a'], ready: false }];
  expect(choose(shapes)).toEqual({ cluster: [3, 4, 5, 6], local: [] });
});

describe('endpoints that terminate', () => {
  const ending = { ready: false, serving: true, terminating: true };
  const cases: [string, Omit<EndpointShape, 'ip'>[], { cluster: number[]; local: number[] }][] = [
    ['and others that are not ready: none', [{ ready: false }, { ready: false }], { cluster: [], local: [] }],
    ['are the last resort', [{ ...ending, node: own }, ending], { cluster: [3, 4], local: [3] }],
    ['elsewhere are none of the node', [ending, ending], { cluster: [3, 4], local: [] }],
    [
      'are the last resort of the node while another node has ready ones',
      [{}, { ready: false, node: own }, { ...ending, node: own }, ending],
      { cluster: [3], local: [5] },
    ],
    [
      'and serve no longer get nothing',
      [
        { ready: false, serving: false, terminating: true },
        { ready: false, serving: true },
      ],
      { cluster: [], local: [] },
    ],
  ];
  test.each(cases)('%s', (_, shapes, expected) => {
    expect(choose(shapes, { nodeName: own })).toEqual(expected);
  });
});
