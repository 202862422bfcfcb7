/**
 * A "pod": answers HTTP on port 80 and UDP on port 5353 with its name and who asked, and asks others when it is told
 * to.
 */
import { createSocket } from 'node:dgram';
import { createServer, get } from 'node:http';
import { connect, createServer as createTcpServer, isIPv6 } from 'node:net';
import { serveRequests } from './peer.ts';

const name = process.argv[2] ?? '';
const hosts = process.argv.slice(3);
for (const host of hosts) {
  const server = createServer((request, response) => response.end(`${name} ${request.socket.remoteAddress}`));
  server.listen({ port: 80, host, ipv6Only: true });
}
const echo = createSocket('udp4', (_message, from) => echo.send(`${name} ${from.address}`, from.port, from.address));
echo.bind(5353, '0.0.0.0');

const fetchOnce = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 500 }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', reject);
  });

const ask = (host: string, port: number, hex: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error('timed out'));
    }, 500);
    socket.on('error', reject);
    socket.on('message', (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(message.toString('hex'));
    });
    socket.connect(port, host, () => socket.send(Buffer.from(hex, 'hex')));
  });

// Takes in what it gets on port 81, and answers with how much that was when it ends.
createTcpServer({ allowHalfOpen: true }, (socket) => {
  let count = 0;
  socket.on('data', (chunk) => {
    count += chunk.length;
  });
  socket.on('end', () => socket.end(String(count)));
  socket.on('error', () => socket.destroy());
}).listen(81, '0.0.0.0');

/** How long it takes to connect, in milliseconds: the first packet there and back. */
const connectOnce = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const socket = connect({ host, port, noDelay: true });
    socket.once('connect', () => {
      resolve(performance.now() - start);
      socket.resetAndDestroy();
    });
    socket.once('error', reject);
  });

/** Bytes a second that another pod takes in on port 81. */
const send = (host: string, bytes: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const piece = Buffer.alloc(1 << 18);
    const start = performance.now();
    const socket = connect({ host, port: 81 });
    let left = bytes;
    const more = (): void => {
      while (left > 0) {
        left -= piece.length;
        if (!socket.write(piece)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    socket.once('data', (count) => resolve((Number(String(count)) / (performance.now() - start)) * 1000));
    socket.once('error', reject);
    more();
  });

serveRequests(async ({ op, url, times, host, port, hex, bytes }) => {
  if (op === 'udp') return ask(String(host), Number(port), String(hex));
  if (op === 'send') return send(String(host), Number(bytes));
  if (op === 'connect') {
    const taken: number[] = [];
    for (let count = 0; count < Number(times); count += 1) taken.push(await connectOnce(String(host), Number(port)));
    return taken;
  }
  const answers: string[] = [];
  for (let count = 0; count < Number(times ?? 1); count += 1) answers.push(await fetchOnce(String(url)));
  return answers;
});
