/** Answers for names outside the cluster's zone as the settings say: from own hosts, or by another name server. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Answer, Question } from 'dns-packet';
import type { Clock } from '../clock.ts';
import { type DnsSettings, type Forward, type Hosts, isWithin, type ZoneSettings, zoneSettings } from './settings.ts';
import { createUpstream, type Upstream } from './upstream.ts';
import { ttl, type ZoneAnswer } from './zone.ts';

export interface Outside {
  /** Whether this question is answered before the cluster's own zone is asked: a longer zone of a person's. */
  precedes(question: Question, clusterZone: string): boolean;
  /** From own hosts; undefined if they say nothing. */
  fromHosts(question: Question): ZoneAnswer | undefined;
  /** Whom to ask; undefined if nobody is named. */
  upstreamFor(question: Question): Upstream | undefined;
}

const record = (type: 'A' | 'AAAA', name: string, data: string): Answer => ({ type, name, ttl, data });

function answerFromHosts({ addresses, fallsThrough }: Hosts, { name, type }: Question): ZoneAnswer | undefined {
  const found = addresses.get(name.toLowerCase());
  if (!found) return fallsThrough ? undefined : { code: 'NXDOMAIN', answers: [], additionals: [] };
  const answers = [
    ...(type === 'A' ? found.filter((ip) => isIPv4(ip)).map((ip) => record('A', name, ip)) : []),
    ...(type === 'AAAA' ? found.filter((ip) => isIPv6(ip)).map((ip) => record('AAAA', name, ip)) : []),
  ];
  return { code: 'NOERROR', answers, additionals: [] };
}

/** Answers are cached by the servers that they came from, for as long as the settings stay as they are. */
export function createOutside(settings: DnsSettings, clock: Clock): Outside {
  const upstreams = new Map<Forward, Upstream>();
  const upstreamOf = (forward: Forward, { cacheSeconds }: ZoneSettings): Upstream => {
    const known = upstreams.get(forward);
    if (known) return known;
    const made = createUpstream({ servers: forward.servers, clock, maxLifetime: cacheSeconds * 1000 });
    upstreams.set(forward, made);
    return made;
  };
  return {
    precedes: ({ name }, clusterZone) => {
      const zone = zoneSettings(settings, name)?.zone ?? '';
      return zone !== clusterZone && isWithin(zone, clusterZone);
    },
    fromHosts(question) {
      const hosts = zoneSettings(settings, question.name)?.hosts;
      return hosts && answerFromHosts(hosts, question);
    },
    upstreamFor({ name }) {
      const lower = name.toLowerCase();
      const zone = zoneSettings(settings, name);
      const forward = zone?.forwards.find(
        ({ from, except }) => isWithin(lower, from) && !except.some((each) => isWithin(lower, each)),
      );
      return zone && forward && upstreamOf(forward, zone);
    },
  };
}
