/**
 * Links in what a proxied pod or service answers, so that they lead back through the proxy.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/proxy/transport.go
 */
import type { IncomingHttpHeaders } from 'node:http';
import { posix } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** What a link is seen from. */
export interface ProxiedPage {
  /** Path of the proxy itself, without a slash at its end: `/api/v1/namespaces/default/services/web/proxy`. */
  prefix: string;
  /**
   * Hosts, with their ports, whose links mean the page's own server: the one asked for, and the one behind the proxy.
   */
  hosts: readonly string[];
}

/** Attributes that hold a URL, by element. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['formaction', 'src', 'usemap'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i;

/** The link as it has to be: as it was where it is relative, or leads to another host. */
export function rewriteLink(link: string, { prefix, hosts }: ProxiedPage): string {
  const [origin, host] = absolute.exec(link) ?? [''];
  if (host !== undefined && !hosts.includes(host)) return link;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(link.slice(origin.length)) ?? [];
  if (!path.startsWith('/')) return link;
  if (path.startsWith(prefix)) return path + rest;
  const joined = posix.join(prefix, path);
  return (path.endsWith('/') && !joined.endsWith('/') ? `${joined}/` : joined) + rest;
}

const decoders: Readonly<Record<string, () => Transform>> = {
  '': () => new PassThrough(),
  identity: () => new PassThrough(),
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export interface Rewriting {
  headers: IncomingHttpHeaders;
  /** What the answer's body goes through, in order; none where it stays as it is. */
  through: Transform[];
}

/**
 * What becomes of an answer on its way to the client: the links of a page and of a redirect are rewritten. A page whose
 * encoding is unknown stays as it is.
 */
export async function rewriteAnswer(headers: IncomingHttpHeaders, page: ProxiedPage): Promise<Rewriting> {
  const { location } = headers;
  // A redirect is not looked into any further, as upstream.
  if (location !== undefined) return { headers: { ...headers, location: rewriteLink(location, page) }, through: [] };
  const { 'content-encoding': encoding = '', 'content-length': _length, ...rest } = headers;
  const type = (headers['content-type'] ?? '').toLowerCase();
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (type.split(';', 1)[0]?.trim() !== 'text/html' || !decoder) return { headers, through: [] };
  return { headers: rest, through: [decoder(), ...(await pageRewriter(page, encodingOf(type)))] };
}

/** Bytes of any other character set that extends ASCII pass through Latin-1 unharmed. */
const encodingOf = (contentType: string): 'utf8' | 'latin1' =>
  !contentType.includes('charset=') || /charset="?utf-?8/.test(contentType) ? 'utf8' : 'latin1';

/** The parser is loaded with the first page. It takes and gives text. */
async function pageRewriter(page: ProxiedPage, encoding: 'utf8' | 'latin1'): Promise<Transform[]> {
  const { RewritingStream } = await import('parse5-html-rewriting-stream');
  const rewriter = new RewritingStream();
  rewriter.on('startTag', (tag, source) => {
    const links = Object.hasOwn(linkAttributes, tag.tagName) ? (linkAttributes[tag.tagName] ?? []) : [];
    let changed = false;
    for (const attribute of tag.attrs) {
      if (!links.includes(attribute.name)) continue;
      const link = rewriteLink(attribute.value, page);
      changed ||= link !== attribute.value;
      attribute.value = link;
    }
    if (changed) rewriter.emitStartTag(tag);
    else rewriter.emitRaw(source);
  });
  const toBytes = new Transform({
    decodeStrings: false,
    transform: (text: string, _encoding, done) => done(null, Buffer.from(text, encoding)),
  });
  return [new PassThrough({ encoding }), rewriter, toBytes];
}
