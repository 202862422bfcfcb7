import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { dialPod } from '../../../agent/kubelet/server/dial.ts';
import { unless } from '../../unless.ts';

const { test } = unless(process.getuid?.() === 0 ? undefined : 'namespaces of its own need root');
const never = new AbortController().signal;

/** Listens on the localhost of a network namespace of its own, and says when. */
const program = `
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.write('hello ');
  socket.pipe(socket);
}).listen(8080, '127.0.0.1', () => console.log('listening'));
`;

test('what listens on the localhost of a pod is reached from the node', async () => {
  const script = 'PATH="$PATH:/sbin:/usr/sbin" ip link set lo up && exec "$0" -e "$1"';
  const pod = spawn('unshare', ['-n', 'sh', '-c', script, process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void pod.kill());
  await once(pod.stdout, 'data');
  const dial = (port: number) => dialPod({ ip: '127.0.0.1', pid: pod.pid ?? 0, port }, never);
  const connections = await Promise.all(Array.from({ length: 20 }, () => dial(8080)));
  const answers = connections.map((connection, index) => {
    connection.end(String(index));
    return text(connection);
  });
  expect(await Promise.all(answers)).toEqual(connections.map((_, index) => `hello ${index}`));
  await expect(dial(81)).rejects.toThrow('ECONNREFUSED');
});
