import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { processOver } from '../../../../../agent/kubelet/runtime/docker/streams.ts';

const frame = (stream: 1 | 2, data: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};

class Connection extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

const control = { resize: async () => {}, exitCode: async () => 0 };

test('a reader that is behind gets everything, and one listener is enough for it', async () => {
  const connection = new Connection();
  const { stdout, stderr, exit } = processOver(connection, false, control);
  const part = Buffer.alloc(64 * 1024, 'x');
  for (let count = 0; count < 100; count += 1) connection.push(frame(1, part));
  connection.push(frame(2, Buffer.from('oops')));
  connection.push(null);
  const [out, errors] = await Promise.all([text(stdout), text(stderr)]);
  expect(out.length).toBe(100 * part.length);
  expect(errors).toBe('oops');
  expect(stdout.listenerCount('drain')).toBeLessThanOrEqual(2);
  await expect(exit).resolves.toEqual({ exitCode: 0 });
});

test('a slow reader holds the engine back', async () => {
  const connection = new Connection();
  processOver(connection, true, control);
  connection.push(Buffer.alloc(64 * 1024));
  connection.push(Buffer.alloc(64 * 1024));
  await new Promise(setImmediate);
  expect(connection.isPaused()).toBe(true);
});

test('a connection that is cut before its end says so to whoever waits', async () => {
  const connection = new Connection();
  const { exit } = processOver(connection, false, control);
  connection.destroy();
  await expect(exit).rejects.toThrow('the connection to the process was closed');
});

test('a connection that closes after its end has its exit code', async () => {
  const connection = new Connection();
  const { stdout, stderr, exit } = processOver(connection, false, { ...control, exitCode: async () => 3 });
  stdout.resume();
  stderr.resume();
  connection.push(null);
  connection.end();
  expect(await exit).toEqual({ exitCode: 3 });
});
