import { describe, expect, it } from 'vitest';
import { checkProfileName, contextOf, nodeNames } from '../../../../main/cluster/names.ts';
import { chooseSubnet, parseRange } from '../../../../main/cluster/subnet.ts';

describe('names', () => {
  it('are short for the default profile', () => {
    expect(contextOf('skiff')).toBe('skiff');
    expect(nodeNames('skiff', 3)).toEqual(['skiff-control-plane', 'skiff-worker', 'skiff-worker2']);
  });

  it('carry the name of any other profile', () => {
    expect(nodeNames('team', 1)).toEqual(['skiff-team-control-plane']);
  });

  it('tell simulated nodes', () => {
    expect(nodeNames('skiff', 2, 'simulated')).toEqual(['skiff-simulated-control-plane', 'skiff-simulated-worker']);
  });

  it.each(['', 'A', '-a', 'a-', 'a_b', '../x', 'a'.repeat(33)])('refuse %j', (profile) => {
    expect(() => checkProfileName(profile)).toThrow('cannot be the name of a profile');
  });
});

describe('chooseSubnet', () => {
  it('chooses the same one every time', () => {
    expect(chooseSubnet('skiff', [])).toBe(chooseSubnet('skiff', []));
  });

  it('goes to the next one where the first is taken, in part or as a whole', () => {
    const first = chooseSubnet('skiff', []);
    const taken = parseRange(first)?.first ?? 0;
    const address = [24, 16, 8, 0].map((shift) => (taken >>> shift) & 255).join('.');
    expect(chooseSubnet('skiff', [`${address}/30`])).not.toBe(first);
    expect(chooseSubnet('skiff', ['172.16.0.0/12'])).toMatch(/^192\.168\./);
  });

  it('fails by name where nothing is free', () => {
    expect(() => chooseSubnet('skiff', ['172.16.0.0/12', '192.168.0.0/16'])).toThrow('no free network');
  });
});
