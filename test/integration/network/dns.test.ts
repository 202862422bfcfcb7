import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import dnsPacket, { type RecordType } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfigMap, EndpointSlice, Service } from '../../../agent/api/types.ts';
import { systemClock } from '../../../agent/clock.ts';
import { startDns } from '../../../agent/dns/server.ts';
import { createLogger } from '../../../agent/log.ts';
import { aService, aSlice } from '../../builders/network.ts';
import { createFakeInformer } from '../../fakes/informer.ts';

const many = Array.from({ length: 60 }, (_, index) => ({ ip: `10.244.1.${index + 2}` }));

describe('the name server', () => {
  const end = new AbortController();
  const settings = createFakeInformer<ConfigMap>();
  let port = 0;
  let upstream: Socket;
  let asked = 0;

  const query = (name: string, type: RecordType = 'A'): Buffer =>
    dnsPacket.encode({ type: 'query', id: 99, flags: dnsPacket.RECURSION_DESIRED, questions: [{ type, name }] });
  const overUdp = (bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const socket = createSocket('udp4');
      socket.on('error', reject);
      socket.on('message', (answer) => {
        socket.close();
        resolve(answer);
      });
      socket.connect(port, '127.0.0.1', () => socket.send(bytes));
    });
  const overTcp = (...queries: Buffer[]): Promise<Buffer[]> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', reject);
      let received = Buffer.alloc(0);
      const answers: Buffer[] = [];
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          answers.push(received.subarray(2, 2 + received.readUInt16BE(0)));
          received = received.subarray(2 + received.readUInt16BE(0));
        }
        if (answers.length < queries.length) return;
        socket.destroy();
        resolve(answers);
      });
      for (const bytes of queries) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(bytes.length);
        socket.write(Buffer.concat([length, bytes]));
      }
    });

  beforeAll(async () => {
    upstream = createSocket('udp4');
    upstream.on('message', (bytes, from) => {
      asked += 1;
      const { id, questions = [] } = dnsPacket.decode(bytes);
      const name = questions[0]?.name ?? '';
      const answers = [{ type: 'A' as const, name, ttl: 60, data: '192.0.2.7' }];
      upstream.send(dnsPacket.encode({ type: 'response', id, questions, answers }), from.port, from.address);
    });
    await new Promise<void>((resolve) => upstream.bind(0, '127.0.0.1', resolve));
    const services = createFakeInformer<Service>([
      aService('web', { clusterIP: '10.96.0.80', ports: [{ port: 80 }] }),
      aService('many', { clusterIP: 'None', ports: [{ port: 80 }] }),
      aService('outside', { type: 'ExternalName', externalName: 'example.com' }),
      aService('inside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
    ]);
    const dns = startDns({
      config: { nodeIP: '127.0.0.1', dnsIP: '10.96.0.10', clusterDomain: 'cluster.local' },
      ranges: ['10.244.0.0/16', '10.96.0.0/12'],
      services,
      endpointSlices: createFakeInformer<EndpointSlice>([aSlice('many', many)]),
      settings,
      clock: systemClock,
      log: createLogger('coredns', () => {}),
      signal: end.signal,
      port: 0,
      upstreams: [`127.0.0.1:${upstream.address().port}`],
    });
    port = await dns.ready;
  });
  afterAll(() => {
    end.abort();
    upstream.close();
  });

  test('answers over UDP and, several on one connection, over TCP', async () => {
    const web = query('web.default.svc.cluster.local');
    expect(dnsPacket.decode(await overUdp(web))).toMatchObject({ id: 99, answers: [{ data: '10.96.0.80' }] });
    const both = await overTcp(web, query('nope.default.svc.cluster.local'));
    expect(both.map((bytes) => bytes.readUInt16BE(2) & 0xf).sort()).toEqual([0, 3]);
  });

  test('sends what does not fit over TCP', async () => {
    const name = 'many.default.svc.cluster.local';
    expect(dnsPacket.decode(await overUdp(query(name)))).toMatchObject({ flag_tc: true, answers: [] });
    const [whole] = await overTcp(query(name));
    expect(dnsPacket.decode(whole ?? Buffer.alloc(0)).answers).toHaveLength(60);
  });

  test('says who is responsible where a name does not exist', async () => {
    const packet = dnsPacket.decode(await overUdp(query('nope.default.svc.cluster.local')));
    expect(packet.authorities).toMatchObject([{ type: 'SOA', name: 'cluster.local', ttl: 5 }]);
  });

  test('asks the node for other names, once in a while', async () => {
    const before = asked;
    const first = dnsPacket.decode(await overUdp(query('example.org')));
    const second = dnsPacket.decode(await overUdp(query('Example.org')));
    expect([first.answers, second.id, asked - before]).toMatchObject([[{ data: '192.0.2.7' }], 99, 1]);
  });

  test('follows an alias to where it leads, inside and outside', async () => {
    const outside = dnsPacket.decode(await overUdp(query('outside.default.svc.cluster.local')));
    expect(outside.answers).toMatchObject([
      { type: 'CNAME', data: 'example.com' },
      { type: 'A', data: '192.0.2.7' },
    ]);
    const inside = dnsPacket.decode(await overUdp(query('inside.default.svc.cluster.local')));
    expect(inside.answers).toMatchObject([{ type: 'CNAME' }, { type: 'A', data: '10.96.0.80' }]);
  });

  test('does not ask others for addresses of the cluster', async () => {
    const before = asked;
    const bytes = await overUdp(query('9.9.244.10.in-addr.arpa', 'PTR'));
    expect([bytes.readUInt16BE(2) & 0xf, asked - before]).toEqual([3, 0]);
  });

  const corefile = (text: string) =>
    settings.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'coredns', namespace: 'kube-system', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
      data: { Corefile: text },
    });
  const codeOf = (bytes: Buffer): number => bytes.readUInt16BE(2) & 0xf;

  test('asks the name server of a stub domain for its names, and answers own hosts, from the moment on that they are set', async () => {
    const before = asked;
    corefile(`corp.example:53 {
      forward . 127.0.0.1:${upstream.address().port}
    }
    .:53 {
      hosts {
        192.0.2.33 printer.lan
        fallthrough
      }
    }`);
    expect(dnsPacket.decode(await overUdp(query('git.corp.example'))).answers).toMatchObject([{ data: '192.0.2.7' }]);
    expect(dnsPacket.decode(await overUdp(query('Printer.lan'))).answers).toMatchObject([{ data: '192.0.2.33' }]);
    const other = await overUdp(query('printer.lan', 'AAAA'));
    expect([codeOf(other), dnsPacket.decode(other).answers]).toEqual([0, []]);
    expect(codeOf(await overUdp(query('elsewhere.example')))).toBe(5);
    expect(dnsPacket.decode(await overUdp(query('web.default.svc.cluster.local'))).answers).toHaveLength(1);
    expect(asked - before).toBe(1);
    corefile('. {\n broken');
    expect(dnsPacket.decode(await overUdp(query('printer.lan'))).answers).toHaveLength(1);
    settings.remove('kube-system/coredns');
    expect(codeOf(await overUdp(query('elsewhere.example')))).toBe(0);
  });

  test('keeps answers apart that differ in what the client can take', async () => {
    const before = asked;
    const options = { type: 'OPT' as const, name: '.' as const, udpPayloadSize: 1232, options: [] };
    const content = {
      id: 7,
      flags: dnsPacket.RECURSION_DESIRED,
      questions: [{ type: 'A' as const, name: 'sized.example' }],
    };
    const edns = dnsPacket.encode({
      ...content,
      type: 'query',
      additionals: [{ ...options, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false }],
    });
    await overUdp(edns);
    await overUdp(query('sized.example'));
    await overUdp(edns);
    const varied = dnsPacket.decode(await overUdp(query('SIZED.example')));
    expect([asked - before, varied.questions?.[0]?.name]).toEqual([2, 'SIZED.example']);
  });

  test('says that it failed where nobody answers, and goes on', async () => {
    upstream.removeAllListeners('message');
    const bytes = await overUdp(query('unreachable.example'));
    expect(bytes.readUInt16BE(2) & 0xf).toBe(2);
    expect(dnsPacket.decode(await overUdp(query('web.default.svc.cluster.local'))).answers).toHaveLength(1);
  });
});
