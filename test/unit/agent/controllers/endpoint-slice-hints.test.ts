import { expect, test } from 'vitest';
import { hintsFor } from '../../../../agent/controllers/endpoint-slice/hints.ts';
import { aService } from '../../../builders/network.ts';

const ready = { addresses: ['10.244.1.5'], conditions: { ready: true }, zone: 'a', nodeName: 'n1' };
const { zone: _zone, ...unzoned } = ready;
const zoneHint = { forZones: [{ name: 'a' }] };
const nodeHint = { forNodes: [{ name: 'n1' }] };

test.each([
  ['no field: none', undefined, ready, undefined],
  ['PreferClose: the zone', 'PreferClose', ready, zoneHint],
  ['PreferSameZone: the zone', 'PreferSameZone', ready, zoneHint],
  ['PreferSameNode: the zone and the node', 'PreferSameNode', ready, { ...zoneHint, ...nodeHint }],
  ['PreferSameZone without a zone: none', 'PreferSameZone', unzoned, undefined],
  ['PreferSameNode without a zone: the node', 'PreferSameNode', unzoned, nodeHint],
  ['an endpoint that is not ready: none', 'PreferSameNode', { ...ready, conditions: { ready: false } }, undefined],
])('an endpoint gets hints for %s', (_, trafficDistribution, endpoint, expected) => {
  const service = aService('web', trafficDistribution ? { trafficDistribution } : {});
  expect(hintsFor(service, endpoint)).toEqual(expected);
});
