/**
 * An interpreter for the part of nftables that the service rules use. It loads text as `nft -f -` would, refuses what
 * the kernel would refuse, and follows a packet through the chains.
 */
export interface Packet {
  from: string;
  to: string;
  port: number;
  protocol?: 'tcp' | 'udp' | 'sctp';
  /** The packet was made on this node, rather than arriving at it. */
  local?: boolean;
}

export interface Fate {
  outcome: 'delivered' | 'rejected' | 'dropped';
  /** `address:port` after translation. */
  to: string;
  masqueraded: boolean;
}

interface Walk {
  packet: Required<Packet>;
  mark: number;
  target?: string;
  end?: 'drop' | 'reject' | 'dnat' | 'masquerade';
}

export class Firewall {
  readonly chains = new Map<string, string[]>();
  readonly maps = new Map<string, Map<string, string>>();
  readonly sets = new Map<string, Set<string>>();
  readonly #localAddresses: string[];
  /** Chooses one of `n` backends; tests may replace it. */
  choose = (n: number): number => Math.floor(Math.random() * n);

  constructor(localAddresses: string[]) {
    this.#localAddresses = localAddresses;
  }

  apply(text: string): this {
    const lines = text.split('\n').map((line) => line.trim());
    for (let at = 0; at < lines.length; at += 1) at = this.#command(lines, at);
    this.#checkReferences();
    return this;
  }

  /** All loaded sets, maps and chains, to compare. */
  contents(): unknown {
    const sorted = <V>(map: Map<string, V>, of: (value: V) => unknown) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, of(value)]));
    return {
      chains: sorted(this.chains, (lines) => lines),
      maps: sorted(this.maps, (map) => sorted(map, String)),
      sets: sorted(this.sets, (set) => [...set].sort()),
    };
  }

  send({ protocol = 'tcp', local = false, ...rest }: Packet): Fate {
    const walk: Walk = { packet: { protocol, local, ...rest }, mark: 0 };
    this.#run(local ? 'output' : 'prerouting', walk);
    const to = walk.target ?? `${rest.to}:${rest.port}`;
    if (walk.end === 'drop') return { outcome: 'dropped', to, masqueraded: false };
    const [address = '', port = ''] = to.split(':');
    const onward: Walk = { packet: { ...walk.packet, to: address, port: Number(port) }, mark: walk.mark };
    this.#run('rejects', onward);
    if (onward.end === 'reject') return { outcome: 'rejected', to, masqueraded: false };
    this.#run('postrouting', onward);
    return { outcome: 'delivered', to, masqueraded: onward.end === 'masquerade' };
  }

  #command(lines: string[], at: number): number {
    const line = lines[at] ?? '';
    if (line === '' || line === 'table ip skiff') return at;
    if (line === 'delete table ip skiff') {
      for (const all of [this.chains, this.maps, this.sets]) all.clear();
      return at;
    }
    if (line === 'table ip skiff {') return this.#block(lines, at + 1);
    const [, verb, what, name = '', rest = ''] = /^(\w+) (\w+) ip skiff (\S+) ?(.*)$/.exec(line) ?? [];
    const action = `${verb} ${what}`;
    if (action === 'add set') this.sets.set(name, new Set());
    else if (action === 'add chain') this.chains.set(name, []);
    else if (action === 'add rule') this.#chain(name).push(rest);
    else if (action === 'flush chain') this.#chain(name).length = 0;
    else if (action === 'delete chain') this.#remove(this.chains, name);
    else if (action === 'delete set') this.#remove(this.sets, name);
    else if (what === 'element') this.#elements(verb === 'add', name, rest.replace(/^\{ | \}$/g, '').split(', '));
    else throw new Error(`syntax error: ${line}`);
    return at;
  }

  #block(lines: string[], start: number): number {
    for (let at = start; ; at += 1) {
      const line = lines[at] ?? '}';
      if (line === '}') return at;
      const [, what, name = '', body] = /^(map|set|chain) (\S+) \{(?: (.*) \})?$/.exec(line) ?? [];
      if (what === 'map') this.maps.set(name, new Map());
      else if (what === 'set') this.sets.set(name, new Set());
      else if (what === 'chain' && body) this.chains.set(name, statementsOf(body));
      else if (what === 'chain') {
        const end = lines.indexOf('}', at);
        this.chains.set(name, lines.slice(at + 1, end).flatMap(statementsOf));
        at = end;
      } else throw new Error(`syntax error: ${line}`);
    }
  }

  #chain(name: string): string[] {
    const chain = this.chains.get(name);
    if (!chain) throw new Error(`no such chain: ${name}`);
    return chain;
  }

  #remove(all: Map<string, unknown>, name: string): void {
    if (!all.delete(name)) throw new Error(`no such object: ${name}`);
    this.#checkReferences();
  }

  #elements(add: boolean, name: string, elements: string[]): void {
    const map = this.maps.get(name);
    for (const element of elements) {
      const [key = '', verdict = ''] = element.split(' : ');
      const held = map ?? this.sets.get(name);
      if (!held || held.has(key) === add) throw new Error(`${add ? 'exists' : 'no such element'}: ${name} ${element}`);
      if (!add) held.delete(key);
      else if (map) map.set(key, verdict);
      else this.sets.get(name)?.add(key);
    }
  }

  #checkReferences(): void {
    const verdicts = [...this.maps.values()].flatMap((map) => [...map.values()]);
    for (const rule of [...this.chains.values()].flat().concat(verdicts)) {
      for (const [, chain = ''] of rule.matchAll(/(?:goto|jump) ([^\s,]+)/g)) this.#chain(chain);
      for (const [, set = ''] of rule.matchAll(/@(\S+)/g)) {
        if (!this.sets.has(set) && !this.maps.has(set)) throw new Error(`no such set: ${set} in ${rule}`);
      }
    }
  }

  /** False once a verdict ends the evaluation. */
  #run(name: string, walk: Walk): boolean {
    for (const rule of this.#chain(name)) {
      const next = this.#rule(rule, walk);
      if (next === 'return') return true;
      if (next === 'end') return false;
    }
    return true;
  }

  #rule(rule: string, walk: Walk): 'next' | 'return' | 'end' {
    let rest = rule;
    for (;;) {
      if (rest === '') return 'next';
      const step = this.#step(rest, walk);
      if (step === 'mismatch') return 'next';
      if (step === 'return' || step === 'end') return step;
      rest = rest.slice(step).trimStart();
    }
  }

  /** Length of the statement that it read, or where the evaluation goes. */
  #step(text: string, walk: Walk): number | 'mismatch' | 'return' | 'end' {
    const { packet } = walk;
    const { protocol, port, from, to } = packet;
    const l4 = `${protocol} . ${port}`;
    const handlers: [RegExp, (match: RegExpExecArray) => boolean | 'return' | 'end'][] = [
      [/^type (?:nat|filter) hook .*$/, () => true],
      [/^policy accept$/, () => true],
      [/^counter/, () => true],
      [/^ip daddr \. meta l4proto \. th dport vmap @(\S+)/, ([, map = '']) => this.#look(map, `${to} . ${l4}`, walk)],
      [/^ip daddr \. meta l4proto \. th dport @(\S+)/, ([, set = '']) => this.#has(set, `${to} . ${l4}`)],
      [/^meta l4proto \. th dport vmap @(\S+)/, ([, map = '']) => this.#look(map, l4, walk)],
      [/^ip saddr \. ip daddr @(\S+)/, ([, set = '']) => this.#has(set, `${from} . ${to}`)],
      [/^ip saddr @(\S+)/, ([, set = '']) => this.#has(set, from)],
      [
        /^ip ([sd])addr (!= )?([\d./]+)/,
        ([, side, not, range = '']) => within(side === 's' ? from : to, range) !== !!not,
      ],
      [/^fib ([sd])addr type local/, ([, side]) => this.#localAddresses.includes(side === 's' ? from : to)],
      [/^meta l4proto (tcp|udp|sctp)/, ([, wanted]) => wanted === protocol],
      [/^meta mark set meta mark (or|xor) 0x4000/, ([, how]) => this.#mark(walk, how === 'or')],
      [/^meta mark and 0x4000 == 0/, () => walk.mark === 0],
      [/^update @(\S+) \{ ip saddr \}/, ([, set = '']) => Boolean(this.sets.get(set)?.add(from))],
      [/^numgen random mod (\d+) vmap \{ (.*?) \}/, ([, n, list]) => this.#verdict(this.#pick(n, list), walk)],
      [/^dnat to numgen random mod (\d+) map \{ (.*?) \}/, ([, n, list]) => this.#dnat(this.#pick(n, list), walk)],
      [/^dnat to ([\d.:]+)/, ([, target = '']) => this.#dnat(target, walk)],
      [
        /^(?:goto \S+|jump \S+|drop|reject|return|masquerade(?: fully-random)?)/,
        ([verdict]) => this.#verdict(verdict, walk),
      ],
    ];
    for (const [pattern, handle] of handlers) {
      const match = pattern.exec(text);
      if (!match) continue;
      const result = handle(match);
      if (result === false) return 'mismatch';
      return result === true ? match[0].length : result;
    }
    throw new Error(`cannot interpret: ${text}`);
  }

  #mark(walk: Walk, set: boolean): boolean {
    walk.mark = set ? 0x4000 : walk.mark ^ 0x4000;
    return true;
  }

  #has = (set: string, key: string): boolean => Boolean(this.sets.get(set)?.has(key));

  #pick(count: string | undefined, list = ''): string {
    const choices = list.split(', ').map((choice) => choice.slice(choice.indexOf(' : ') + 3));
    if (choices.length !== Number(count)) throw new Error(`numgen chooses of ${count}, the map has ${choices.length}`);
    return choices[this.choose(choices.length)] ?? '';
  }

  #look(map: string, key: string, walk: Walk): boolean | 'return' | 'end' {
    const verdict = this.maps.get(map)?.get(key);
    return verdict === undefined ? false : this.#verdict(verdict, walk);
  }

  #dnat(target: string, walk: Walk): 'end' {
    walk.target = target.replace(' . ', ':');
    walk.end = 'dnat';
    return 'end';
  }

  /** A `goto` does not return to its own chain. In our rules it is always the last rule of its chain. */
  #verdict(verdict: string, walk: Walk): boolean | 'return' | 'end' {
    const [word, chain = ''] = verdict.split(' ');
    if (word === 'return') return 'return';
    if (word === 'jump') return this.#run(chain, walk) ? true : 'end';
    if (word === 'goto') return this.#run(chain, walk) ? 'return' : 'end';
    walk.end = word as Walk['end'];
    return 'end';
  }
}

const statementsOf = (body: string): string[] =>
  body
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function within(ip: string, range: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(ip) / size) === Math.floor(toNumber(base) / size);
}
