/** Which URLs an agent may ask for. */
import type { Resume } from '../../schema/config/resume.ts';

/** A URL that an agent may ask for, or the rule that refuses it and why. Its addresses are checked later. */
export type UrlRuling = { ok: true; url: URL } | { ok: false; rule: string; text: string };

/** Names with a meaning only on this machine or in its network. */
const INNER = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home', 'corp', 'private', 'home.arpa', 'onion'];

/**
 * Whether the resume lets its agent ask for a URL: http or https, no name or password, and a host in canonical form that
 * `hosts:` lists. Nothing is corrected: what could be read in two ways is refused. Pure.
 */
export function permitUrl(resume: Pick<Resume, 'name' | 'hosts'>, text: string): UrlRuling {
  const url = readUrl(text);
  if (typeof url === 'string') return { ok: false, rule: 'url', text: url };
  if (resume.hosts.some((grant) => hostFits(grant, url))) return { ok: true, url };
  const listed = resume.hosts.length ? `It lists ${resume.hosts.slice(0, 20).join(', ')}` : 'It lists none';
  return {
    ok: false,
    rule: 'host',
    text: `The resume of ${resume.name} does not list the host ${url.host}. ${listed}; its owner can add to hosts: [example.org].`,
  };
}

/** Reads a URL that means the same to everybody, or says what is wrong with it. */
function readUrl(text: string): URL | string {
  const [, authority] = /^https?:\/\/([^/?#]*)(?:[/?#]|$)/i.exec(text) ?? [];
  if (authority === undefined || /[\s\\\p{Cc}]/u.test(text))
    return 'Only URLs that begin with http:// or https:// can be fetched.';
  if (authority.includes('@')) return 'A URL must not contain a user name or password. Leave them out.';
  if (!URL.canParse(text)) return 'That is not a URL. Write one such as https://example.org/page.';
  const url = new URL(text);
  url.hash = '';
  const written = authority.toLowerCase().replace(/:\d*$/, '');
  if (written !== url.hostname) return `The host must be written as ${JSON.stringify(url.hostname)}.`;
  return isInner(url.hostname)
    ? `${url.hostname} is not a host of the public internet. Only public hosts can be fetched.`
    : url;
}

/** Whether no public name server knows a name. */
function isInner(host: string): boolean {
  if (host.startsWith('[')) return false;
  return !host.includes('.') || host.endsWith('.') || INNER.some((name) => host.endsWith(`.${name}`));
}

/**
 * Whether a host matches a pattern: `example.org`, `*.example.org` (every name below it) or `*`; with `:8443` on that port,
 * otherwise on the usual one, or with `anyPort` on any.
 */
export function hostFits(pattern: string, url: URL, anyPort = false): boolean {
  const [host, port] = partsOf(pattern);
  if (port === undefined ? url.port !== '' && !anyPort : Number(port) !== portOf(url)) return false;
  return isUnder(url.hostname, host);
}

/** Whether all hosts of one pattern match another. */
export function hostWithin(inner: string, outer: string): boolean {
  const [[host, port], [above, abovePort]] = [partsOf(inner), partsOf(outer)];
  return port === abovePort && (host === above || isUnder(host, above));
}

function isUnder(host: string, pattern: string): boolean {
  return pattern === '*' || (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern);
}

/** The host of a pattern, and its port if it names one. */
function partsOf(pattern: string): [host: string, port: string | undefined] {
  const port = /:(\d+)$/.exec(pattern)?.[1];
  return [port === undefined ? pattern : pattern.slice(0, -port.length - 1), port];
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}
