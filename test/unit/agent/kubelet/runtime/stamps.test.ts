import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { messagesOf, terminalOutput } from '../../../../../agent/kubelet/runtime/docker/streams.ts';

const stamp = (second: number) => `2026-01-01T00:00:0${second}.123456789Z `;
const long = 'x'.repeat(16 * 1024);
/** As the engine keeps it: one long line in three pieces between two short ones, then one that has not ended. */
const messages = [
  `${stamp(1)}first\n`,
  `${stamp(2)}${long}`,
  `${stamp(3)}${long}`,
  `${stamp(4)}end\n`,
  `${stamp(5)}${stamp(6)}is what it says\n`,
  `${stamp(7)}un`,
];
const joined = `${stamp(1)}first\n${stamp(2)}${long}${long}end\n${stamp(5)}${stamp(6)}is what it says\n${stamp(7)}un`;

function frame(text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** The bytes in chunks of a size. */
const chunked = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
  );
const textOf = async (chunks: AsyncIterable<Uint8Array>) => (await buffer(Readable.from(chunks))).toString();

test.each([7, 4096, 1_000_000])('a line has one time stamp, at its start, in chunks of %i bytes', async (size) => {
  const framed = chunked(Buffer.concat(messages.map(frame)), size);
  expect(await textOf(messagesOf(framed, { stamped: true }))).toBe(joined);
  const raw = chunked(Buffer.from(messages.join('')), size);
  expect(await textOf(terminalOutput(raw, { stamped: true }))).toBe(joined);
});

test('a short line of a terminal is not held back until more comes', async () => {
  const line = `${stamp(1)}$ \r\n`;
  const follow = async function* () {
    yield Buffer.from(line);
    await new Promise(() => undefined);
  };
  const lines = terminalOutput(follow(), { stamped: true })[Symbol.asyncIterator]();
  expect(String((await lines.next()).value)).toBe(line);
});

test('without time stamps nothing is taken from a line', async () => {
  const plain = [long, 'a b\n'];
  const framed = chunked(Buffer.concat(plain.map(frame)), 4096);
  expect(await textOf(messagesOf(framed, { stamped: false }))).toBe(`${long}a b\n`);
  const raw = chunked(Buffer.from(plain.join('')), 4096);
  expect(await textOf(terminalOutput(raw, { stamped: false }))).toBe(`${long}a b\n`);
});
