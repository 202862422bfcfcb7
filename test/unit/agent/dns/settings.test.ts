import type { Question } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { firstDnsSettings } from '../../../../agent/api/core/dns-settings.ts';
import { createOutside } from '../../../../agent/dns/outside.ts';
import { settingsByDefault, settingsFrom, zoneSettings } from '../../../../agent/dns/settings.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

const inputs = { nodeServers: ['192.0.2.53'], ownAddresses: ['172.30.0.2', '10.96.0.10'] };
const read = (corefile: string) => settingsFrom(corefile, inputs);

describe('a Corefile', () => {
  test('of a new cluster says what the server does without one', () => {
    expect(read(firstDnsSettings.data?.Corefile ?? '')).toEqual(settingsByDefault(inputs));
  });

  test("of kubeadm's clusters is read, with nothing left out", () => {
    const { zones, ignored } = read(`.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}`);
    expect([zones, ignored]).toEqual([settingsByDefault(inputs).zones, []]);
  });

  test('has stub domains: blocks of one zone or of several', () => {
    const { zones } = read(`
      corp.example:53, Lab.Example. { # of the office
        forward . 10.0.0.53 dns://10.0.0.54:5353
        cache 5
      }`);
    const servers = ['10.0.0.53', '10.0.0.54:5353'];
    const content = { forwards: [{ from: '', servers, except: [] }], cacheSeconds: 5 };
    expect(zones).toEqual([
      { zone: 'corp.example', ...content },
      { zone: 'lab.example', ...content },
    ]);
  });

  test.each([
    ['rewrite name a.example b.example', ['the plugin rewrite']],
    ['forward . tls://9.9.9.9', ['the name server tls://9.9.9.9']],
    ['forward . 10.96.0.10', ['the name server 10.96.0.10']],
    ['hosts /etc/coredns/hosts', ['the file of hosts']],
  ])('with "%s" is read but for that, which is told', (line, ignored) => {
    expect(read(`. {\n${line}\n}`).ignored).toEqual(ignored);
  });

  test('for another port is left out, which is told', () => {
    expect(read('.:5353 {\nforward . 192.0.2.1\n}')).toEqual({
      zones: [],
      ignored: ['port 5353 of .:5353: it is 53'],
    });
  });

  test.each([
    ['. {\nforward . 192.0.2.1', 'line 1: the block is not closed'],
    ['. {\n}\n}', "line 3: '}' closes nothing"],
    ['{\n}', "line 1: '{' opens a block without a name"],
  ])('%j is refused', (corefile, message) => {
    expect(() => read(corefile)).toThrow(message);
  });
});

test.each([
  ['a.corp.example', 'corp.example'],
  ['CORP.example', 'corp.example'],
  ['a.deep.corp.example', 'deep.corp.example'],
  ['notcorp.example', ''],
])('%s is in the longest zone that covers it', (name, zone) => {
  const settings = read('. {\n}\ncorp.example deep.corp.example {\n}');
  expect(zoneSettings(settings, name)?.zone).toBe(zone);
});

describe('a name outside the cluster', () => {
  const outside = (corefile: string) => createOutside(read(corefile), createFakeClock());
  const question = (name: string, type: Question['type'] = 'A'): Question => ({ name, type });

  test.each([
    ['printer.lan', 'A', ['NOERROR', '192.0.2.33', '192.0.2.34']],
    ['PRINTER.lan', 'AAAA', ['NOERROR', '2001:db8::33']],
    ['alias.lan', 'AAAA', ['NOERROR']],
    ['other.lan', 'A', ['NXDOMAIN']],
  ] as const)('%s %s is answered from own hosts', (name, type, [code, ...data]) => {
    const hosts = `. {
      hosts {
        192.0.2.33 printer.lan alias.lan
        192.0.2.34 printer.lan
        2001:db8::33 printer.lan
        ttl 60
      }
    }`;
    const answer = outside(hosts).fromHosts(question(name, type));
    expect([answer?.code, answer?.answers.map((each) => 'data' in each && each.data)]).toEqual([code, data]);
  });

  test('that own hosts do not have is asked for elsewhere if they fall through', () => {
    expect(outside('. {\nhosts {\nfallthrough\n}\n}').fromHosts(question('other.lan'))).toBeUndefined();
  });

  test('is forwarded by the line that covers it, but for its exceptions', () => {
    const { upstreamFor } = outside('. {\nforward corp.example 10.0.0.53 {\nexcept own.corp.example\n}\n}');
    const known = ['a.corp.example', 'a.own.corp.example', 'a.example'].map((name) => upstreamFor(question(name)));
    expect(known.map((each) => each !== undefined)).toEqual([true, false, false]);
  });

  test.each([
    ['web.default.svc.cluster.local', false],
    ['a.legacy.cluster.local', true],
    ['a.example', false],
  ])('%s comes before the names of the cluster: %s', (name, expected) => {
    const { precedes } = outside('. {\n}\nlegacy.cluster.local {\n}\nlocal {\n}\nexample {\n}');
    expect(precedes(question(name), 'cluster.local')).toBe(expected);
  });
});
