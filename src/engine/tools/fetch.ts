/** Fetches web pages by the rules for hosts and addresses. */
import type { Socket } from 'node:net';
import { isAddress, isLoopback, isPublicAddress } from '../../core/model/ip-address.ts';
import type { ActContext, Tool, WebPage } from '../../core/model/tool.ts';
import { permitUrl, type UrlRuling } from '../../core/text/url-rule.ts';
import { permitNext } from '../../core/turn/judge.ts';
import { deadline } from '../../disk/fs/clock.ts';
import type { Wire, WireRequest, WireResponse } from '../../disk/sandbox/wire.ts';
import { ToolRefusal } from './tool-context.ts';
import type { Turn } from './turn-in-progress.ts';

/** The most redirects that are followed, each judged like the first URL. */
const REDIRECTS = 5;
/** The most bytes of an answer. */
const BYTES = 2_000_000;
/** Types that count as text besides `text/*`. */
const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml|yaml|javascript|x-ndjson)$)/;

/** Where a request may go. */
interface AllowedTarget {
  has(address: string): boolean;
  is: string;
}
const PUBLIC: AllowedTarget = { has: isPublicAddress, is: 'address of the public internet' };
const LOOPBACK: AllowedTarget = { has: isLoopback, is: 'address of this machine' };

/** The tool that asks, and what its acts are judged against. */
interface FetchUse {
  tool: Tool;
  scene: ActContext;
}

/** Fetches a page for an agent, within a time in milliseconds. Throws a `ToolRefusal` for what it may not have. */
export async function fetchPage(turn: Turn, use: FetchUse, href: string, timeout: number): Promise<WebPage> {
  const signal = AbortSignal.any([turn.signal, deadline(timeout)]);
  let url = demand(permitUrl(use.scene.resume, href));
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const answer = await askPublic(turn, { url }, signal);
    const next = redirectOf(answer, url);
    if (next === null) return pageOf(url, answer);
    url = demand(permitNext(use.tool, use.scene, url, next));
  }
  throw new ToolRefusal(`More than ${REDIRECTS} redirects.`, 'redirects');
}

function demand(ruling: UrlRuling): URL {
  if (ruling.ok) return ruling.url;
  throw new ToolRefusal(ruling.text, ruling.rule);
}

/**
 * One request to a public address. The name is resolved once, all its addresses are checked, and the request goes to one of
 * them: a name server that answers differently the next time gains nothing.
 */
export function askPublic(turn: Turn, asked: WireRequest, signal: AbortSignal): Promise<WireResponse> {
  return ask(turn, asked, signal, PUBLIC);
}

/** The same, but only to an address of this machine, because its owner permitted it. */
export function askLoopback(turn: Turn, asked: WireRequest, signal: AbortSignal): Promise<WireResponse> {
  return ask(turn, asked, signal, LOOPBACK);
}

async function ask(
  { ports }: Turn,
  asked: WireRequest,
  signal: AbortSignal,
  reach: AllowedTarget,
): Promise<WireResponse> {
  const { wire } = ports;
  if (!wire) throw new ToolRefusal('There is no network here.', 'network');
  const address = await addressWithin(wire, asked.url.hostname, signal, reach);
  return wire.ask(address, asked, { most: BYTES, signal });
}

/**
 * A connection to a host that a tool names, under the rules for pages: one public address, checked once. Throws a
 * `ToolRefusal`.
 */
export async function reachHost(turn: Turn, hosts: readonly string[], host: string, port: number): Promise<Socket> {
  const { wire } = turn.ports;
  demandListed(hosts, host, port);
  demand(permitUrl({ name: 'the tool', hosts: ['*', `*:${port}`] }, `http://${host}:${port}/`));
  if (!wire?.connect) throw new ToolRefusal('There is no network here.', 'network');
  const signal = AbortSignal.any([turn.signal, deadline(CONNECT_MS)]);
  return wire.connect(await addressWithin(wire, host, signal, PUBLIC), port, signal);
}
const CONNECT_MS = 10_000;

/** Throws a `ToolRefusal` unless exactly that host is listed. */
export function demandListed(hosts: readonly string[], host: string, port: number): void {
  const usual = port === 443 || port === 80;
  if (hosts.includes(`${host}:${port}`) || (usual && hosts.includes(host))) return;
  throw new ToolRefusal(`${host}:${port} is not listed: only ${hosts.join(', ')} may be reached.`, 'host');
}

async function addressWithin(wire: Wire, host: string, signal: AbortSignal, reach: AllowedTarget): Promise<string> {
  const literal = host.startsWith('[') ? host.slice(1, -1) : host;
  const addresses = isAddress(literal) ? [literal] : await inTime(wire.resolve(literal), signal);
  const other = addresses.find((address) => !reach.has(address));
  if (other !== undefined) throw new ToolRefusal(`${host} leads to ${other}, which is not an ${reach.is}.`, 'address');
  // More machines lack IPv6 than IPv4.
  const address = addresses.find((one) => !one.includes(':')) ?? addresses[0];
  if (address === undefined) throw new ToolRefusal(`${host} has no address.`, 'address');
  return address;
}

function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function redirectOf({ status, headers }: WireResponse, from: URL): string | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  return URL.canParse(location, from.href) ? new URL(location, from).href : location;
}

function pageOf(url: URL, { status, headers, body, isCut }: WireResponse): WebPage {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  if (!TEXT.test(type)) throw new ToolRefusal(`${url.href} is not text but ${type || 'of an unknown type'}.`, 'type');
  const packed = headers['content-encoding'] ?? 'identity';
  if (packed !== 'identity')
    throw new ToolRefusal(`${url.href} was sent compressed as ${packed}, which was not requested.`, 'type');
  const charset = parameters
    .find((one) => one.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  return { url: url.href, status, type, text: decode(body, charset), isCut };
}

/** An unknown character set is read as UTF-8. */
function decode(body: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
