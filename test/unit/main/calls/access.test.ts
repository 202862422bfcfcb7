import { describe, expect, test } from 'vitest';
import { askAccess } from '../../../../main/calls/access.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const review = (allowed: boolean, reason?: string): Answer => ({
  body: [JSON.stringify({ status: { allowed, ...(reason ? { reason } : {}) } })],
});
const who: Answer = { body: [JSON.stringify({ status: { userInfo: { username: 'jane' } } })] };
const missing: Answer = { status: 404, body: [JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound' })] };
const question = { resource: { group: 'example.com', plural: 'widgets' }, verb: 'delete', namespace: 'shop' };

describe('what a user may do', () => {
  test('is asked of the server, with everything that it decides by', async () => {
    const connection = fakeConnection([review(true)]);
    expect(await askAccess(connection, [{ ...question, name: 'one', subresource: 'scale' }], () => 0)).toEqual([
      { allowed: true },
    ]);
    expect(JSON.parse(connection.asked[0]?.body ?? '').spec.resourceAttributes).toEqual({
      verb: 'delete',
      group: 'example.com',
      resource: 'widgets',
      subresource: 'scale',
      namespace: 'shop',
      name: 'one',
    });
  });

  test('comes with who may not do what, and the reason of the server', async () => {
    const connection = fakeConnection([review(false, 'no rule allows it'), who]);
    const [answer] = await askAccess(connection, [question], () => 0);
    expect(answer).toEqual({
      allowed: false,
      reason: 'jane may not delete widgets.example.com in namespace “shop”: no rule allows it',
    });
  });

  test('names no one where the server does not tell who asks', async () => {
    const [answer] = await askAccess(fakeConnection([review(false), missing]), [question], () => 0);
    expect(answer?.reason).toMatch(/^The user of this context may not delete/);
  });

  test('is remembered for a moment, then asked anew', async () => {
    const connection = fakeConnection([review(true), review(false), who]);
    const ask = async (now: number) => (await askAccess(connection, [question], () => now))[0]?.allowed;
    expect([await ask(0), await ask(14_000), await ask(16_000)]).toEqual([true, true, false]);
  });

  test('is left to the server where it has no such review', async () =>
    expect(await askAccess(fakeConnection([missing]), [question], () => 0)).toEqual([{ allowed: true }]));

  test('is not remembered where nobody answered', async () => {
    const connection = fakeConnection([new Error('socket hang up'), review(true)]);
    await expect(askAccess(connection, [question], () => 0)).rejects.toThrow('socket hang up');
    expect(await askAccess(connection, [question], () => 0)).toEqual([{ allowed: true }]);
  });
});
