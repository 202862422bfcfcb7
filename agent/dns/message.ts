/** Encodes and decodes DNS messages: `dns-packet`, plus name compression, truncation and EDNS. */
import dnsPacket, { type Answer, type DecodedPacket, type Question } from 'dns-packet';

export type Query = DecodedPacket & { question: Question };

export const codes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Code = keyof typeof codes;

export interface Response {
  code: Code;
  authoritative: boolean;
  answers: Answer[];
  authorities: Answer[];
  additionals: Answer[];
}

const headerSize = 12;
/** The size limit of messages over UDP, in bytes, which avoids fragments. https://www.dnsflagday.net/2020/ */
const udpPayload = 1232;
const opcodeMask = 0x7800;
const truncated = 0x0200;

/** Undefined if the bytes are not a query that can be answered. */
export function decodeQuery(bytes: Buffer): Query | undefined {
  if (bytes.length < headerSize) return undefined;
  try {
    const packet = dnsPacket.decode(bytes);
    const [question] = packet.questions ?? [];
    const isQuery = packet.type === 'query' && (bytes.readUInt16BE(2) & opcodeMask) === 0;
    return isQuery && question && packet.questions?.length === 1 ? { ...packet, question } : undefined;
  } catch {
    // dns-packet throws arbitrary errors for malformed messages. They get no answer, so that they cannot be used for
    // amplification.
    return undefined;
  }
}

const optionsOf = (query: DecodedPacket) => query.additionals?.find((record) => record.type === 'OPT');

/** The largest answer over UDP, in bytes; 512 without EDNS. */
export function limitOf(query: DecodedPacket): number {
  const option = optionsOf(query);
  return option ? Math.min(Math.max(option.udpPayloadSize, 512), udpPayload) : 512;
}

/** `limit` is in bytes. A larger answer is sent empty with the truncation flag, and the client asks again over TCP. */
export function encodeResponse(query: Query, response: Response, limit: number): Buffer {
  const option: Answer[] = optionsOf(query)
    ? [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: udpPayload,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ]
    : [];
  const whole = assemble(query, response, [...response.additionals, ...option], 0);
  if (whole.length <= limit) return whole;
  // The addresses of SRV targets are optional: leave them out before truncating the answer.
  const bare = assemble(query, response, option, 0);
  if (bare.length <= limit) return bare;
  return assemble(query, { ...response, answers: [], authorities: [] }, option, truncated);
}

function assemble(query: Query, response: Response, additionals: Answer[], extraFlags: number): Buffer {
  const authoritative = response.authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : 0;
  const asked = (query.flags ?? 0) & dnsPacket.RECURSION_DESIRED;
  const bytes = dnsPacket.encode({
    type: 'response',
    id: query.id,
    flags: authoritative | asked | dnsPacket.RECURSION_AVAILABLE | extraFlags | codes[response.code],
    questions: [query.question],
    answers: response.answers,
    authorities: response.authorities,
    additionals,
  });
  return compress(bytes);
}

const endOfName = (bytes: Buffer, start: number): number => {
  let at = start;
  while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
};

/**
 * Replaces owner names that equal the question's name with a pointer to it. That keeps an answer with a dozen addresses
 * within 512 bytes. `dns-packet` writes every name in full.
 */
function compress(bytes: Buffer): Buffer {
  const end = endOfName(bytes, headerSize);
  const asked = bytes.subarray(headerSize, end);
  const parts = [bytes.subarray(0, end + 4)];
  for (let at = end + 4; at < bytes.length; ) {
    const afterName = endOfName(bytes, at);
    const afterRecord = afterName + 10 + bytes.readUInt16BE(afterName + 8);
    const isAsked = asked.length > 1 && asked.equals(bytes.subarray(at, afterName));
    parts.push(isAsked ? Buffer.from([0xc0, headerSize]) : bytes.subarray(at, afterName));
    parts.push(bytes.subarray(afterName, afterRecord));
    at = afterRecord;
  }
  return Buffer.concat(parts);
}
