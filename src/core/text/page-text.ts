/** Turns an HTML page into plain text. */
import { Parser } from 'htmlparser2';

/** Characters read at a time, and the nesting of elements beyond which the rest is left out. */
const CHUNK = 16_384;
const DEPTH = 500;
/** Longest address of a link that is shown. */
const LINK = 300;

/** Elements whose content nobody reads. */
const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'head', 'iframe', 'object', 'select']);
/** Elements within a line; every other begins a new one. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i img input kbd label mark q s samp small span strong sub sup time u var wbr'.split(
    ' ',
  ),
);

/**
 * The words of an HTML page, one line for each block, and where its links lead. Takes time proportional to the page. Pure.
 */
export function pageText(html: string): string {
  const page = new PageText();
  const parser = new Parser(page, { decodeEntities: true });
  for (let at = 0; at < html.length && page.depth <= DEPTH; at += CHUNK) parser.write(html.slice(at, at + CHUNK));
  if (page.depth <= DEPTH) parser.end();
  return page.text();
}

class PageText {
  depth = 0;
  private readonly lines: string[] = [];
  private line: string[] = [];
  /** Silent elements that are open. */
  private silent = 0;
  /** Links that are open: where they lead. */
  private readonly links: string[] = [];

  onopentag(name: string, { href = '', alt = '' }: Record<string, string>): void {
    this.depth++;
    if (SILENT.has(name)) this.silent++;
    if (!INLINE.has(name)) this.endLine();
    if (name === 'a') this.links.push(href);
    if (name === 'li') this.ontext('- ');
    if (name === 'td' || name === 'th') this.ontext('| ');
    if (name === 'img' && alt !== '') this.ontext(`[${alt}]`);
  }

  onclosetag(name: string): void {
    this.depth--;
    if (SILENT.has(name)) this.silent--;
    const href = name === 'a' ? this.links.splice(-1).join() : '';
    if (href !== '' && href.length <= LINK && !href.startsWith('#')) this.ontext(` (${href})`);
    if (!INLINE.has(name)) this.endLine();
  }

  ontext(text: string): void {
    if (this.silent === 0) this.line.push(text);
  }

  private endLine(): void {
    const line = this.line.join('').replace(/\s+/g, ' ').trim();
    if (line !== '') this.lines.push(line);
    this.line = [];
  }

  text(): string {
    this.endLine();
    return this.lines.join('\n');
  }
}
