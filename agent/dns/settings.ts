/**
 * What a person may set of the name server: stub domains, name servers and own hosts, in the Corefile of the config map
 * `coredns`, as in kubeadm's clusters. Pure.
 * https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/
 */
import { isIPv4 } from 'node:net';
import { type Directive, parseCorefile } from './corefile.ts';

/** https://coredns.io/plugins/forward/ */
export interface Forward {
  /** Names at or below are forwarded; '' is every name. */
  from: string;
  /** `address` or `address:port`. */
  servers: readonly string[];
  /** Names at or below are not. */
  except: readonly string[];
}

/** https://coredns.io/plugins/hosts/ */
export interface Hosts {
  addresses: ReadonlyMap<string, readonly string[]>;
  /** Whether a name without an entry is asked for elsewhere; otherwise it does not exist. */
  fallsThrough: boolean;
}

export interface ZoneSettings {
  /** In lower case, without the last dot; '' is the root. */
  zone: string;
  forwards: readonly Forward[];
  hosts?: Hosts;
  /** The longest time in the cache. */
  cacheSeconds: number;
}

export interface DnsSettings {
  zones: readonly ZoneSettings[];
  /** What the Corefile asks for and the server does not do, a sentence each. */
  ignored: readonly string[];
}

export interface SettingsInputs {
  /** What `/etc/resolv.conf` stands for. */
  nodeServers: readonly string[];
  /** Addresses of the name server itself: to ask them would never end. */
  ownAddresses: readonly string[];
}

/** As `cache 30` in kubeadm's Corefile. */
const defaultCacheSeconds = 30;

/** What the server does without being told, or what needs no doing here. */
const implied = new Set([
  ...['errors', 'health', 'ready', 'kubernetes', 'prometheus', 'loop', 'reload', 'loadbalance', 'log', 'bufsize'],
  ...['forward', 'hosts', 'cache'],
]);

/** Without a config map. */
export const settingsByDefault = ({ nodeServers }: SettingsInputs): DnsSettings => ({
  zones: [{ zone: '', forwards: [{ from: '', servers: nodeServers, except: [] }], cacheSeconds: defaultCacheSeconds }],
  ignored: [],
});

/** `Consul.local.:53` -> `consul.local` */
const zoneOf = (name: string): string =>
  name
    .replace(/^dns:\/\//, '')
    .replace(/,$/, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '')
    .toLowerCase();

const portOf = (name: string): string => /:(\d+),?$/.exec(name)?.[1] ?? '53';

export const isWithin = (name: string, zone: string): boolean =>
  zone === '' || name === zone || name.endsWith(`.${zone}`);

/** Reads a Corefile; throws an `Error` if its syntax is wrong. */
export function settingsFrom(corefile: string, inputs: SettingsInputs): DnsSettings {
  const ignored: string[] = [];
  const zones = parseCorefile(corefile).flatMap(({ name, args, body }) => {
    const names = [name, ...args];
    for (const other of names) if (portOf(other) !== '53') ignored.push(`port ${portOf(other)} of ${other}: it is 53`);
    const settings = contentOf(body, inputs, ignored);
    return names.filter((each) => portOf(each) === '53').map((each) => ({ zone: zoneOf(each), ...settings }));
  });
  return { zones, ignored };
}

function contentOf(body: readonly Directive[], inputs: SettingsInputs, ignored: string[]): Omit<ZoneSettings, 'zone'> {
  for (const { name } of body) if (!implied.has(name)) ignored.push(`the plugin ${name}`);
  const named = (wanted: string) => body.filter(({ name }) => name === wanted);
  const [hosts] = named('hosts');
  const [cache] = named('cache');
  const seconds = Number(cache?.args[0] ?? defaultCacheSeconds);
  return {
    forwards: named('forward').map((each) => forwardOf(each, inputs, ignored)),
    ...(hosts ? { hosts: hostsOf(hosts, ignored) } : {}),
    cacheSeconds: cache && Number.isInteger(seconds) ? seconds : defaultCacheSeconds,
  };
}

function forwardOf({ args, body }: Directive, inputs: SettingsInputs, ignored: string[]): Forward {
  const [from = '.', ...to] = args;
  const servers = to.flatMap((each) => {
    if (each.startsWith('/')) return inputs.nodeServers;
    const server = each.replace(/^dns:\/\//, '');
    const [address = '', port = '53'] = server.split(':');
    const isOwn = port === '53' && inputs.ownAddresses.includes(address);
    if (isIPv4(address) && !isOwn) return [server];
    ignored.push(`the name server ${each}`);
    return [];
  });
  const except = body.flatMap(({ name, args: zones }) => (name === 'except' ? zones.map(zoneOf) : []));
  return { from: zoneOf(from), servers, except };
}

function hostsOf({ args, body }: Directive, ignored: string[]): Hosts {
  if (args.some((each) => each.startsWith('/'))) ignored.push('the file of hosts');
  const addresses = new Map<string, string[]>();
  for (const { name: address, args: names } of body) {
    if (!/^[\d.]+$|:/.test(address)) continue;
    for (const name of names.map(zoneOf)) addresses.set(name, [...(addresses.get(name) ?? []), address]);
  }
  return { addresses, fallsThrough: body.some(({ name }) => name === 'fallthrough') };
}

/** The settings of the zone that a name is in, the longest of several. */
export function zoneSettings({ zones }: DnsSettings, name: string): ZoneSettings | undefined {
  const lower = name.toLowerCase();
  return zones
    .filter(({ zone }) => isWithin(lower, zone))
    .reduce<ZoneSettings | undefined>(
      (best, each) => (best && best.zone.length >= each.zone.length ? best : each),
      undefined,
    );
}
