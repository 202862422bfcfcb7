import dnsPacket, { type Answer, type RecordType } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { decodeQuery, encodeResponse, limitOf, type Response } from '../../../../agent/dns/message.ts';

const name = 'web.default.svc.cluster.local';
const encode = (type: RecordType = 'A', payload?: number) =>
  dnsPacket.encode({
    type: 'query',
    id: 4711,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
    additionals: payload
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: payload,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
const query = (payload?: number) => {
  const decoded = decodeQuery(encode('A', payload));
  if (!decoded) throw new Error('not decoded');
  return decoded;
};
const addresses = (count: number): Answer[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'A', name, ttl: 5, data: `10.244.1.${index}` }));
const response = (more: Partial<Response> = {}): Response => ({
  code: 'NOERROR',
  authoritative: true,
  answers: [],
  authorities: [],
  additionals: [],
  ...more,
});

describe('a response', () => {
  test('repeats id and question, and says what we are', () => {
    const packet = dnsPacket.decode(encodeResponse(query(), response({ answers: addresses(1) }), 512));
    expect(packet).toMatchObject({
      id: 4711,
      type: 'response',
      flag_aa: true,
      flag_rd: true,
      flag_ra: true,
      flag_tc: false,
      questions: [{ name, type: 'A' }],
      answers: [{ name, type: 'A', ttl: 5, data: '10.244.1.0' }],
    });
  });

  test('carries its code', () => {
    expect(encodeResponse(query(), response({ code: 'NXDOMAIN' }), 512).readUInt16BE(2) & 0xf).toBe(3);
    expect(encodeResponse(query(), response({ code: 'SERVFAIL' }), 512).readUInt16BE(2) & 0xf).toBe(2);
  });

  test('holds two dozen addresses within 512 bytes, for each names its owner by a pointer', () => {
    const bytes = encodeResponse(query(), response({ answers: addresses(25) }), 512);
    expect(bytes.length).toBe(12 + name.length + 2 + 4 + 25 * 16);
    expect(dnsPacket.decode(bytes).answers).toHaveLength(25);
  });

  test('that is too large is cut to nothing and says so', () => {
    const packet = dnsPacket.decode(encodeResponse(query(), response({ answers: addresses(40) }), 512));
    expect(packet).toMatchObject({ flag_tc: true, answers: [] });
    expect(
      dnsPacket.decode(encodeResponse(query(), response({ answers: addresses(40) }), 65_535)).answers,
    ).toHaveLength(40);
  });

  test('goes without its additional records before it goes without its answer', () => {
    const whole = response({ answers: addresses(20), additionals: addresses(20) });
    const packet = dnsPacket.decode(encodeResponse(query(), whole, 512));
    expect(packet).toMatchObject({ flag_tc: false, additionals: [] });
    expect(packet.answers).toHaveLength(20);
  });

  test('speaks EDNS to those who do, and may then be larger', () => {
    expect([limitOf(query()), limitOf(query(900)), limitOf(query(4096)), limitOf(query(100))]).toEqual([
      512, 900, 1232, 512,
    ]);
    const packet = dnsPacket.decode(encodeResponse(query(900), response(), 900));
    expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['garbage', Buffer.from('ffffffffffffffffffffffffffffff', 'hex')],
  ['a response', dnsPacket.encode({ type: 'response', id: 1, questions: [{ type: 'A', name }] })],
  ['a question cut short', encode().subarray(0, 20)],
  ['no question', dnsPacket.encode({ type: 'query', id: 1, questions: [] })],
])('%s is not answered', (_, bytes) => {
  expect(decodeQuery(bytes)).toBeUndefined();
});
