import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { expect, it, test } from 'vitest';
import { rewriteAnswer, rewriteLink } from '../../../../../agent/apiserver/streams/rewrite-links.ts';

const prefix = '/api/v1/namespaces/default/services/web/proxy';
const page = { prefix, hosts: ['10.244.0.2:80', 'localhost:6443'] };

test.each([
  ['/', `${prefix}/`],
  ['/a', `${prefix}/a`],
  ['/a/', `${prefix}/a/`],
  ['/a?q=/b#c', `${prefix}/a?q=/b#c`],
  ['http://10.244.0.2:80/a', `${prefix}/a`],
  ['https://localhost:6443/a', `${prefix}/a`],
  ['//localhost:6443/a', `${prefix}/a`],
  [`${prefix}/a`, `${prefix}/a`],
  [`https://localhost:6443${prefix}/a`, `${prefix}/a`],
  ['a', 'a'],
  ['../a', '../a'],
  ['?q', '?q'],
  ['#top', '#top'],
  ['', ''],
  ['https://example.org/a', 'https://example.org/a'],
  ['//example.org/a', '//example.org/a'],
  ['mailto:someone@example.org', 'mailto:someone@example.org'],
  ['data:text/plain,/a', 'data:text/plain,/a'],
])('the link %j of a proxied page becomes %j', (link, expected) => {
  expect(rewriteLink(link, page)).toBe(expected);
});

/** The answer as the client gets it; the body arrives in pieces of two bytes. */
async function rewritten(headers: Record<string, string>, body: string | Buffer) {
  const answer = await rewriteAnswer(headers, page);
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 2) }, (_, at) => bytes.subarray(at * 2, at * 2 + 2));
  const end = new PassThrough();
  const [received] = await Promise.all([buffer(end), pipeline([Readable.from(pieces), ...answer.through, end])]);
  return { headers: answer.headers, body: received };
}

const html = { 'content-type': 'text/html; charset=utf-8' };

it('rewrites the links of a page and leaves everything else as it was', async () => {
  const source =
    '<!DOCTYPE html><html><BODY background=/b.png>é &amp; <a class="x" href="/a?b=1&amp;c=2">/a</a>' +
    "<img SRC='/i.png' alt=/i.png><a href=rel>r</a><script>var a = '<a href=\"/no\">';</script><!-- <a href='/no'> --></p>";
  const { body } = await rewritten({ ...html, 'content-length': '999' }, source);
  expect(body.toString()).toBe(
    `<!DOCTYPE html><html><body background="${prefix}/b.png">é &amp; <a class="x" href="${prefix}/a?b=1&amp;c=2">/a</a>` +
      `<img src="${prefix}/i.png" alt="/i.png"><a href=rel>r</a><script>var a = '<a href="/no">';</script><!-- <a href='/no'> --></p>`,
  );
});

it('says nothing of a length that is no longer true', async () => {
  const { headers } = await rewritten({ ...html, 'content-length': '18', etag: 'x' }, '<a href="/a">a</a>');
  expect(headers).toEqual({ ...html, etag: 'x' });
});

it('rewrites a compressed page and sends it plain', async () => {
  const { headers, body } = await rewritten({ ...html, 'content-encoding': 'gzip' }, gzipSync('<a href="/a">a</a>'));
  expect([headers, body.toString()]).toEqual([html, `<a href="${prefix}/a">a</a>`]);
});

it('keeps the bytes of a page in another character set', async () => {
  const latin = { 'content-type': 'text/html; charset=ISO-8859-1' };
  const { body } = await rewritten(latin, Buffer.from('<a href="/a">\xe9</a>', 'latin1'));
  expect(body.toString('latin1')).toBe(`<a href="${prefix}/a">\xe9</a>`);
});

it.each([
  ['what is no page', { 'content-type': 'application/json' }],
  ['what has no type', {}],
  ['a page in an encoding that is unknown', { ...html, 'content-encoding': 'zstd' }],
])('leaves %s as it is', async (_, headers) => {
  const answer = await rewriteAnswer({ ...headers, 'content-length': '18' }, page);
  expect(answer).toEqual({ headers: { ...headers, 'content-length': '18' }, through: [] });
});

it('rewrites where a redirect leads, and nothing else of it', async () => {
  const { headers, body } = await rewritten({ ...html, location: 'http://10.244.0.2:80/b' }, '<a href="/a">a</a>');
  expect([headers.location, body.toString()]).toEqual([`${prefix}/b`, '<a href="/a">a</a>']);
});

it('reads a page whose tag never ends', async () => {
  const { body } = await rewritten(html, `<p>a</p><a href="/a" ${'x'.repeat(10_000)}`);
  expect(body.toString()).toContain('<p>a</p>');
});
