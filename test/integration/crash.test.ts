/** Nothing acknowledged is lost: writers over TLS, a server that is killed under them again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Authority,
  apiServerHosts,
  type Credential,
  createAuthority,
  createSigningKey,
} from '../../main/cluster/pki.ts';
import type { ApiServerProcessSettings } from './api-server-process.ts';

const kills = 20;
const writers = 8;

let folder: string;
let settingsFile: string;
let authority: Authority;
let admin: Credential;
let settings: ApiServerProcessSettings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-crash-'));
  settingsFile = join(folder, 'settings.json');
  authority = await createAuthority();
  admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const hosts = apiServerHosts('10.96.0.1', 'cluster.local');
  const serving = await authority.issue({ commonName: 'kube-apiserver', hosts, usages: ['server'] });
  settings = {
    database: join(folder, 'store.db'),
    port: 0,
    tls: { cert: serving.certificate, key: serving.key, ca: authority.certificate },
    serviceAccountKey: await createSigningKey(),
  };
  await writeFile(settingsFile, JSON.stringify(settings));
});
afterAll(() => rm(folder, { recursive: true }));

interface Running {
  process: ChildProcess;
  port: number;
}

async function start(): Promise<Running> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'api-server-process.ts'), settingsFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { process: child, port: Number(/listening on (\d+)/.exec(String(line))?.[1]) };
}

async function kill({ process: child }: Running): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const connect = (port: number): http2.ClientHttp2Session => {
  const session = http2.connect(`https://127.0.0.1:${port}`, {
    ca: authority.certificate,
    cert: admin.certificate,
    key: admin.key,
  });
  // What was under way fails by itself; the session's own error says the same.
  session.on('error', () => session.destroy());
  return session;
};

interface Answer {
  status: number;
  body: string;
}

/** Undefined where the server went away before it answered. */
function send(
  session: http2.ClientHttp2Session,
  method: string,
  path: string,
  body?: object,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    if (session.destroyed) return resolve(undefined);
    const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json' });
    let status = 0;
    let text = '';
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.on('data', (chunk) => (text += chunk));
    stream.on('error', () => resolve(undefined));
    stream.on('close', () => resolve(undefined));
    stream.on('end', () => resolve(status > 0 ? { status, body: text } : undefined));
    stream.end(body && JSON.stringify(body));
  });
}

const path = '/api/v1/namespaces/default/configmaps';

/** Creates one object and updates it, over and over, and notes what was acknowledged. */
async function write(
  session: http2.ClientHttp2Session,
  prefix: string,
  acknowledged: Map<string, number>,
): Promise<void> {
  for (let index = 0; ; index += 1) {
    const name = `${prefix}-${index}`;
    const created = await send(session, 'POST', path, { metadata: { name }, data: { version: '0' } });
    if (created?.status !== 201) return;
    acknowledged.set(name, 0);
    const updated = await send(session, 'PUT', `${path}/${name}`, { metadata: { name }, data: { version: '1' } });
    if (updated?.status !== 200) return;
    acknowledged.set(name, 1);
  }
}

interface ConfigMaps {
  items: { metadata: { name: string; resourceVersion: string }; data: { version: string } }[];
}

async function stored(port: number): Promise<ConfigMaps['items']> {
  const session = connect(port);
  const answer = await send(session, 'GET', path);
  session.destroy();
  const list: ConfigMaps = JSON.parse(answer?.body ?? '');
  return list.items;
}

it(`loses no acknowledged write in ${kills} kills under load`, { timeout: 240_000 }, async () => {
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < kills; round += 1) {
    const server = await start();
    const sessions = Array.from({ length: writers }, () => connect(server.port));
    const writing = sessions.map((session, index) => write(session, `r${round}-w${index}`, acknowledged));
    // Anywhere in the middle of what they do: a real process at a real moment, however slow the machine is.
    const enough = (round + 1) * writers + 1;
    await expect.poll(() => acknowledged.size, { interval: 10, timeout: 30_000 }).toBeGreaterThanOrEqual(enough);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
    await kill(server);
    await Promise.all(writing);
    for (const session of sessions) session.destroy();
  }
  const server = await start();
  const found = new Map((await stored(server.port)).map(({ metadata, data }) => [metadata.name, Number(data.version)]));
  await kill(server);
  const lost = [...acknowledged].filter(([name, version]) => (found.get(name) ?? -1) < version);
  expect(lost).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(kills * writers);
});
