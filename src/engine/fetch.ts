import { isAddress, isPublicAddress } from '../core/address.ts';
import { permitUrl, type UrlRuling } from '../core/host.ts';
import { permitNext } from '../core/judge.ts';
import type { Page, Scene, Tool } from '../core/tool.ts';
import { deadline } from '../disk/clock.ts';
import type { Answered, Asked, Wire } from '../disk/wire.ts';
import { BoxRefusal } from './box.ts';
import type { Turn } from './turn.ts';

/** Redirects that are followed, each judged like the first URL. */
const REDIRECTS = 5;
/** Most bytes of an answer. */
const BYTES = 2_000_000;
/** Types that are text, besides `text/*`. */
const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml|yaml|javascript|x-ndjson)$)/;

/** Who asks: with which tool, and what its acts are judged against. */
interface Use {
  tool: Tool;
  scene: Scene;
}

/** Asks for a page as an agent, within so many milliseconds. Throws a `BoxRefusal` for what it may not have. */
export async function fetchPage(turn: Turn, use: Use, href: string, timeout: number): Promise<Page> {
  const signal = AbortSignal.any([turn.signal, deadline(timeout)]);
  let url = demand(permitUrl(use.scene.resume, href));
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const answer = await askPublic(turn, { url }, signal);
    const next = redirectOf(answer, url);
    if (next === null) return pageOf(url, answer);
    url = demand(permitNext(use.tool, use.scene, url, next));
  }
  throw new BoxRefusal(`More than ${REDIRECTS} redirects.`, 'redirects');
}

function demand(ruling: UrlRuling): URL {
  if (ruling.ok) return ruling.url;
  throw new BoxRefusal(ruling.text, ruling.rule);
}

/**
 * One request to a public address. The name is resolved once, all its addresses are looked at, and the request goes to one
 * of those: whoever answers otherwise the next time gains nothing.
 */
export async function askPublic({ ports }: Turn, asked: Asked, signal: AbortSignal): Promise<Answered> {
  const { wire } = ports;
  if (!wire) throw new BoxRefusal('There is no network here.', 'network');
  const address = await publicAddress(wire, asked.url.hostname, signal);
  return wire.ask(address, asked, { most: BYTES, signal });
}

async function publicAddress(wire: Wire, host: string, signal: AbortSignal): Promise<string> {
  const literal = host.startsWith('[') ? host.slice(1, -1) : host;
  const addresses = isAddress(literal) ? [literal] : await inTime(wire.resolve(literal), signal);
  const inner = addresses.find((address) => !isPublicAddress(address));
  if (inner !== undefined)
    throw new BoxRefusal(`${host} leads to ${inner}, which is no address of the public internet.`, 'address');
  // Machines without IPv6 are more than those without IPv4.
  const address = addresses.find((one) => !one.includes(':')) ?? addresses[0];
  if (address === undefined) throw new BoxRefusal(`${host} has no address.`, 'address');
  return address;
}

function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function redirectOf({ status, headers }: Answered, from: URL): string | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  return URL.canParse(location, from.href) ? new URL(location, from).href : location;
}

function pageOf(url: URL, { status, headers, body, isCut }: Answered): Page {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  if (!TEXT.test(type)) throw new BoxRefusal(`${url.href} is no text but ${type || 'of no known type'}.`, 'type');
  const packed = headers['content-encoding'] ?? 'identity';
  if (packed !== 'identity') throw new BoxRefusal(`${url.href} came packed as ${packed}, unasked.`, 'type');
  const charset = parameters
    .find((one) => one.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  return { url: url.href, status, type, text: decode(body, charset), isCut };
}

/** In a character set that nobody knows, as UTF-8. */
function decode(body: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
