/** Lays markdown out for reading in a terminal. */
import { line, type ScreenLine, type TextRun } from './line.ts';

/** Markdown for reading in a terminal: paragraphs flow, headings, lists, quotes and code keep their shape, marks become tones. */
export function markdown(text: string): ScreenLine[] {
  const lines: ScreenLine[] = [];
  let fence: string | null = null;
  let open = false;
  for (const raw of text.split('\n')) {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(raw)?.[1];
    const last = lines.at(-1);
    if (fence === null && mark !== undefined) fence = mark;
    else if (fence !== null && mark?.startsWith(fence)) fence = null;
    else if (fence !== null) lines.push(line(`  ${raw}`, 'code', 2));
    else if (open && last && goesOn(raw)) last.spans.push({ text: ' ', tone: 'plain' }, ...inline(raw.trim()));
    else lines.push(blockOf(raw));
    open = fence === null && mark === undefined && raw.trim() !== '' && !/^\s{0,3}#/.test(raw) && !raw.endsWith('  ');
  }
  return lines;
}

/** Whether a line continues the paragraph or item before it. */
function goesOn(raw: string): boolean {
  return raw.length <= LOOKED_AT && raw.trim() !== '' && !/^\s*([-*+>#|]|\d{1,9}[.)]\s)/.test(raw);
}

/**
 * Characters of a line up to which marks are looked for: in longer lines nobody reads them, and looking would take long.
 */
const LOOKED_AT = 2000;

function blockOf(raw: string): ScreenLine {
  if (raw.length > LOOKED_AT) return line(raw);
  const heading = /^#{1,6}\s+(.*?)(?:\s+#+)?$/.exec(raw)?.[1];
  if (heading !== undefined) return line(plainOf(heading), 'title');
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(raw)) return line('────────', 'quiet');
  const [, indent = '', bullet, item = ''] = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/.exec(raw) ?? [];
  if (bullet !== undefined) return marked(`${indent}${/\d/.test(bullet) ? bullet : '-'} `, item);
  const quote = /^\s{0,3}>\s?(.*)$/.exec(raw)?.[1];
  if (quote !== undefined)
    return {
      spans: [
        { text: '| ', tone: 'quiet' },
        { text: plainOf(quote), tone: 'quiet' },
      ],
      hang: 2,
    };
  if (/^ {4}|^\t/.test(raw)) return line(raw, 'code', 4);
  return { spans: inline(raw), hang: 0 };
}

function marked(head: string, text: string): ScreenLine {
  return { spans: [{ text: head, tone: 'plain' }, ...inline(text)], hang: head.length };
}

const INLINE = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*|__[^_\n]+__)|(\[[^\]\n]*\]\([^)\s]*\))/;

/** Code, strong text and links; everything else as it stands. */
function inline(text: string): TextRun[] {
  if (text.length > LOOKED_AT) return [{ text, tone: 'plain' }];
  const spans: TextRun[] = [];
  for (const part of text.split(INLINE)) {
    if (!part) continue;
    const link = /^\[([^\]]*)\]\(([^)]*)\)$/.exec(part);
    if (/^`[^`]+`$/.test(part)) spans.push({ text: part.slice(1, -1), tone: 'code' });
    else if (/^(\*\*[^*]+\*\*|__[^_]+__)$/.test(part)) spans.push({ text: part.slice(2, -2), tone: 'strong' });
    else if (link) spans.push({ text: `${link[1]} (${link[2]})`, tone: 'plain' });
    else spans.push({ text: part, tone: 'plain' });
  }
  return spans.length > 0 ? spans : [{ text: '', tone: 'plain' }];
}

function plainOf(text: string): string {
  return inline(text)
    .map((span) => span.text)
    .join('');
}
