import { describe, expect, it } from 'vitest';
import { type Condition, findCondition, isConditionTrue, withCondition } from '../../../../agent/api/conditions.ts';
import {
  canonicalJson,
  fnv32a,
  generateName,
  randomSuffix,
  safeEncode,
  templateHash,
} from '../../../../agent/api/hash.ts';
import { isPercent, scaledDown, scaledUp } from '../../../../agent/api/int-or-string.ts';
import { controllerOf, ownerReference } from '../../../../agent/api/owner.ts';
import { aDeployment, aPod } from './builders.ts';

describe('int or string', () => {
  it.each([
    ['25%', 10, 3, 2],
    ['100%', 3, 3, 3],
    ['0%', 3, 0, 0],
    [2, 10, 2, 2],
  ])('%s of %i is %i up and %i down', (value, total, up, down) => {
    expect([scaledUp(value, total), scaledDown(value, total)]).toEqual([up, down]);
  });

  it('refuses what is no percentage', () => {
    expect(() => scaledUp('2', 10)).toThrow('string is not a percentage');
    expect(isPercent('5 %')).toBe(false);
  });
});

describe('hashes', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('FNV-1a of %j', (text, hash) => {
    expect(fnv32a(text)).toBe(hash);
  });

  it('encodes without vowels', () => {
    expect(safeEncode('0123456789')).toBe('456789bcdf');
  });

  it('of templates ignore the order of fields and change with the collision count', () => {
    expect(templateHash({ a: 1, b: [2] })).toBe(templateHash({ b: [2], a: 1, c: undefined }));
    expect(templateHash({ a: 1 }, 1)).not.toBe(templateHash({ a: 1 }));
    expect(canonicalJson({ b: undefined, a: [null, 'x'] })).toBe('{"a":[null,"x"]}');
  });

  it('makes names of at most 63 characters', () => {
    expect(generateName('web-', () => 0)).toBe('web-bbbbb');
    expect(generateName('x'.repeat(80), () => 0.999)).toBe(`${'x'.repeat(58)}99999`);
    expect(randomSuffix()).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });
});

describe('owners', () => {
  const deployment = aDeployment();
  const owned = aPod({ metadata: { ownerReferences: [ownerReference(deployment)] } });

  it('refer to their controller', () => {
    expect(controllerOf(owned)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: deployment.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(controllerOf(aPod())).toBeUndefined();
  });
});

describe('conditions', () => {
  const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: 'then' };

  it('keep their time while the status stays', () => {
    const conditions = withCondition([ready], {
      type: 'Ready',
      status: 'True',
      reason: 'R',
      lastTransitionTime: 'now',
    });
    expect(conditions).toEqual([{ ...ready, reason: 'R' }]);
  });

  it('take the new time when the status changes', () => {
    const conditions = withCondition([ready], { type: 'Ready', status: 'False', lastTransitionTime: 'now' });
    expect(conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: 'now' }]);
  });

  it('are added and found', () => {
    const conditions = withCondition(undefined, ready);
    expect(isConditionTrue(conditions, 'Ready')).toBe(true);
    expect(findCondition(conditions, 'Other')).toBeUndefined();
  });
});
