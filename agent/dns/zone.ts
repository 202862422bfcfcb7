/**
 * Answers questions about the cluster's zone. Pure. Behaves like CoreDNS's kubernetes plugin with `pods insecure`.
 * https://github.com/kubernetes/dns/blob/master/docs/specification.md and https://coredns.io/plugins/kubernetes/
 */
import type { Answer, Question } from 'dns-packet';
import { familyOfAddress, formatAddress, parseAddress } from '../api/addresses.ts';
import type { core, EndpointSlice, Service } from '../api/types.ts';
import type { Records } from './records.ts';

export interface ZoneOptions {
  /** The cluster's domain, e.g. `cluster.local`. */
  domain: string;
  dnsIP: string;
  /** True if the address belongs to the cluster: the zone then denies unknown reverse names of it. */
  isClusterAddress(ip: string): boolean;
}

/** `alias` is a target outside the zone that the caller must resolve. */
export interface ZoneAnswer {
  code: 'NOERROR' | 'NXDOMAIN';
  answers: Answer[];
  additionals: Answer[];
  alias?: string;
}

/** In seconds, the plugin's default. It is short because endpoints change often. */
export const ttl = 5;

const exists = (answers: Answer[] = [], additionals: Answer[] = []): ZoneAnswer => ({
  code: 'NOERROR',
  answers,
  additionals,
});
const missing: ZoneAnswer = { code: 'NXDOMAIN', answers: [], additionals: [] };
const typeOf = (ip: string): 'A' | 'AAAA' => (familyOfAddress(ip) === 'IPv6' ? 'AAAA' : 'A');
const addressRecord = (name: string, ip: string): Answer => ({ type: typeOf(ip), name, ttl, data: ip });

/** The name exists, and has an answer where the question is for addresses of a family that it has. */
const addressesAt = (name: string, type: string, ips: readonly string[]): ZoneAnswer =>
  exists([...new Set(ips)].filter((ip) => typeOf(ip) === type).map((ip) => addressRecord(name, ip)));

/** The authority section of every negative answer. */
export const startOfAuthority = (domain: string, serial: number): Answer => ({
  type: 'SOA',
  name: domain,
  ttl,
  data: {
    mname: `ns.dns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  },
});

/** Undefined if the name is outside the zone. `name` keeps the case of the question. */
export function answerFromZone(
  { name, type }: Question,
  records: Records,
  options: ZoneOptions,
): ZoneAnswer | undefined {
  const lower = name.toLowerCase();
  if (/\.(?:in-addr|ip6)\.arpa$/.test(lower)) return answerReverse(name, lower, type, records, options);
  if (lower !== options.domain && !lower.endsWith(`.${options.domain}`)) return undefined;
  const labels = lower.slice(0, -options.domain.length).split('.').filter(Boolean).reverse();
  const [kind, namespace, ...rest] = labels;
  if (kind === undefined) return type === 'SOA' ? exists([startOfAuthority(options.domain, 1)]) : exists();
  if (kind === 'dns-version' && !namespace) {
    return exists(type === 'TXT' ? [{ type: 'TXT', name, ttl, data: '1.1.0' }] : []);
  }
  if (kind === 'dns' && namespace === 'ns') return addressesAt(name, type, [options.dnsIP]);
  if (kind !== 'svc' && kind !== 'pod') return missing;
  if (!namespace) return exists();
  if (kind === 'pod') return answerPod(name, type, namespace, rest, records);
  return answerService({ name, type, namespace, labels: rest, records, options });
}

/**
 * Answers `10-244-1-5.default.pod.cluster.local` and `fd00--5.default.pod.cluster.local`, without checking that the pod
 * exists, as in kubeadm's clusters.
 */
function answerPod(name: string, type: string, namespace: string, rest: string[], records: Records): ZoneAnswer {
  if (!records.hasNamespace(namespace)) return missing;
  const [dashed, ...more] = rest;
  if (dashed === undefined) return exists();
  const address = parseAddress(dashed.replaceAll('-', /^\d+-\d+-\d+-\d+$/.test(dashed) ? '.' : ':'));
  if (more.length > 0 || !address) return missing;
  return addressesAt(name, type, [formatAddress(address)]);
}

interface ServiceQuestion {
  name: string;
  type: string;
  namespace: string;
  /** The labels before the namespace, from right to left. */
  labels: string[];
  records: Records;
  options: ZoneOptions;
}

function answerService(question: ServiceQuestion): ZoneAnswer {
  const { name, type, namespace, labels, records, options } = question;
  const [serviceName, second, third, ...more] = labels;
  if (serviceName === undefined) return records.hasNamespace(namespace) ? exists() : missing;
  const service = records.service(namespace, serviceName);
  if (!service || more.length > 0) return missing;
  const home = `${serviceName}.${namespace}.svc.${options.domain}`;
  if (service.spec.type === 'ExternalName') return second === undefined ? answerAlias(name, service) : missing;
  if (second !== undefined && third === undefined) return answerEndpoint(question, service, second);
  if (second !== undefined && third !== undefined) {
    return answerNamedPort(question, service, home, third.replace(/^_/, ''), second.replace(/^_/, ''));
  }
  if (type === 'SRV') return srvOf(name, home, service, records, () => true);
  const addresses = isHeadless(service)
    ? readyEndpoints(records.slices(namespace, serviceName)).map(({ ip }) => ip)
    : clusterIPsOf(service);
  // Like CoreDNS, answers NXDOMAIN for a headless service without a ready endpoint.
  if (addresses.length === 0) return missing;
  return addressesAt(name, type, addresses);
}

/** One of each of the service's families. */
const clusterIPsOf = ({ spec }: Service): readonly string[] => spec.clusterIPs ?? [spec.clusterIP ?? ''];

const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

function answerAlias(name: string, service: Service): ZoneAnswer {
  const target = (service.spec.externalName ?? '').replace(/\.$/, '');
  return { ...exists([{ type: 'CNAME', name, ttl, data: target }]), alias: target };
}

/** Answers `web-0.nginx.default.svc.cluster.local`: an endpoint by its host name, or by its address with dashes. */
function answerEndpoint(
  { name, type, namespace, records }: ServiceQuestion,
  service: Service,
  label: string,
): ZoneAnswer {
  const found = readyEndpoints(records.slices(namespace, service.metadata.name)).filter(
    ({ label: own }) => own === label,
  );
  if (found.length === 0) return missing;
  return addressesAt(
    name,
    type,
    found.map(({ ip }) => ip),
  );
}

function answerNamedPort(
  question: ServiceQuestion,
  service: Service,
  home: string,
  port: string,
  protocol: string,
): ZoneAnswer {
  const matches = (candidate: { name?: string; protocol?: string }) =>
    candidate.name?.toLowerCase() === port && (candidate.protocol ?? 'TCP').toLowerCase() === protocol;
  const found = srvOf(question.name, home, service, question.records, matches);
  if (found.answers.length === 0) return missing;
  return question.type === 'SRV' ? found : exists();
}

type PortFilter = (port: { name?: string; protocol?: string }) => boolean;

/** SRV records, with the addresses of their targets as additional records. */
function srvOf(name: string, home: string, service: Service, records: Records, wanted: PortFilter): ZoneAnswer {
  const targets = isHeadless(service)
    ? records.slices(service.metadata.namespace ?? '', service.metadata.name).flatMap((slice) => {
        const ports = (slice.ports ?? []).filter(wanted);
        return readyEndpoints([slice]).flatMap(({ label, ip }) =>
          ports.map(({ port }) => ({ target: `${label}.${home}`, ip, port: port ?? 0 })),
        );
      })
    : (service.spec.ports ?? [])
        .filter((port: core.ServicePort) => wanted(port))
        .flatMap(({ port }) => clusterIPsOf(service).map((ip) => ({ target: home, ip, port })));
  // A target may have an address of each family.
  const ends = [...new Map(targets.map((each) => [`${each.target}/${each.port}`, each])).values()];
  const weight = Math.max(1, Math.floor(100 / Math.max(1, ends.length)));
  const addresses = new Map(targets.map(({ target, ip }) => [`${target}/${ip}`, addressRecord(target, ip)]));
  return exists(
    ends.map(({ target, port }) => ({ type: 'SRV', name, ttl, data: { priority: 0, weight, port, target } })),
    [...addresses.values()],
  );
}

interface NamedEndpoint {
  label: string;
  ip: string;
}

const readyEndpoints = (slices: EndpointSlice[]): NamedEndpoint[] =>
  slices
    .filter(({ addressType }) => addressType !== 'FQDN')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses.map((ip) => ({ label: hostname?.toLowerCase() ?? ip.replaceAll(/[.:]/g, '-'), ip })),
    );

/** The address that a reverse name stands for: its octets or its hexadecimal digits, from the last to the first. */
function addressBehind(lower: string): string | undefined {
  const [family = '', ...parts] = lower
    .replace(/\.arpa$/, '')
    .split('.')
    .reverse();
  const digits = parts.every((part) => /^[0-9a-f]$/.test(part)) ? parts.join('') : '';
  const text =
    family === 'ip6' ? (digits.length === 32 ? digits.replaceAll(/(.{4})(?=.)/g, '$1:') : '') : parts.join('.');
  const address = parseAddress(text);
  return address && formatAddress(address);
}

/** Undefined for an address outside the cluster, whose name another server may know. */
function answerReverse(
  name: string,
  lower: string,
  type: string,
  records: Records,
  { domain, isClusterAddress }: ZoneOptions,
): ZoneAnswer | undefined {
  const ip = addressBehind(lower);
  if (ip === undefined) return undefined;
  const services = records.servicesAt(ip).map(({ metadata }) => `${metadata.name}.${metadata.namespace}.svc.${domain}`);
  const endpoints = records.slicesAt(ip).flatMap((slice) => {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'];
    const own = readyEndpoints([slice]).filter((endpoint) => endpoint.ip === ip);
    return service ? own.map(({ label }) => `${label}.${service}.${slice.metadata.namespace}.svc.${domain}`) : [];
  });
  const targets = services.length > 0 ? services : [...new Set(endpoints)];
  if (targets.length === 0) return isClusterAddress(ip) ? missing : undefined;
  return exists(type === 'PTR' ? targets.map((data) => ({ type: 'PTR', name, ttl, data })) : []);
}
