/**
 * A "pod": answers HTTP on port 80 and UDP on port 5353 with its name and who asked, and asks others when it is told
 * to.
 */
import { createSocket } from 'node:dgram';
import { createServer, get } from 'node:http';
import { isIPv6 } from 'node:net';
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

serveRequests(async ({ op, url, times, host, port, hex }) => {
  if (op === 'udp') return ask(String(host), Number(port), String(hex));
  const answers: string[] = [];
  for (let count = 0; count < Number(times ?? 1); count += 1) answers.push(await fetchOnce(String(url)));
  return answers;
});
