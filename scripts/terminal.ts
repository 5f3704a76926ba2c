/** What a terminal shows, as rows of spans, read from text with SGR sequences (ECMA-48, chapter 8.3.117). */

/** A run of characters that look alike. Colours as CSS writes them; null: that of the terminal. */
export interface Span {
  text: string;
  colour: string | null;
  ground: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

const PLAIN: Span = {
  text: '',
  colour: null,
  ground: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

/** The sixteen named colours, on a dark ground. */
const NAMED = [
  ...['#3b4552', '#e06c75', '#7fb069', '#e0b45c', '#61a0e0', '#c586c0', '#56b6c2', '#d3dae3'],
  ...['#7c8896', '#f08a91', '#98c98a', '#f0cd80', '#85bdf0', '#d9a3d5', '#7fd0da', '#ffffff'],
];

/** The rows of a screen or of printed text. Other control sequences are left out. */
export function rowsOf(text: string): Span[][] {
  let style = PLAIN;
  return text.split('\n').map((line) => {
    const spans: Span[] = [];
    for (const [, codes, words] of line.matchAll(/(?:\x1b\[([\d;:]*)m)|((?:(?!\x1b\[[\d;:]*m).)+)/gs)) {
      if (words === undefined) style = styled(style, codes ?? '');
      else
        spans.push({
          ...style,
          text: words.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g, ''),
        });
    }
    return spans;
  });
}

function styled(before: Span, codes: string): Span {
  const numbers = codes.split(/[;:]/).map(Number);
  let style = before;
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] as number;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(numbers.slice(i + 1));
      style = code === 38 ? { ...style, colour } : { ...style, ground: colour };
      i += used;
    } else style = { ...style, ...CHANGES[code], ...named(code) };
    if (code === 0) style = PLAIN;
  }
  return style;
}

const CHANGES: Record<number, Partial<Span>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { colour: null },
  49: { ground: null },
};

function named(code: number): Partial<Span> {
  const bright = code >= 90 ? 8 : 0;
  const at = (code % 10) + bright;
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { colour: NAMED[at] as string };
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return { ground: NAMED[at] as string };
  return {};
}

/** A colour of the palette or by its parts, and how many numbers that took. */
function extended([kind, ...rest]: number[]): [colour: string | null, used: number] {
  if (kind === 2) return [`rgb(${rest.slice(0, 3).join(' ')})`, 4];
  return [kind === 5 ? indexed(rest[0] ?? 0) : null, 2];
}

function indexed(index: number): string {
  if (index < 16) return NAMED[index] as string;
  if (index >= 232)
    return `rgb(${Array(3)
      .fill(8 + (index - 232) * 10)
      .join(' ')})`;
  const parts = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
  return `rgb(${parts.map((part) => (part ? 55 + part * 40 : 0)).join(' ')})`;
}
