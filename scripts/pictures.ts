/**
 * Draws docs/pictures/*.svg from what the built program shows in a scratch organisation, printed and in a terminal (tmux):
 * `npm run build && npx tsx scripts/pictures.ts`. The pictures are the tour of the README.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { rowsOf, type Span } from './terminal.ts';
import { Tmux } from './tmux.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PICTURES = new URL('../docs/pictures/', import.meta.url);

/** Pictures in the order in which their commands are run, all in one new organisation. */
const SCENES = [
  {
    name: 'run',
    about: 'A request lies in the outbox, the organisation works until nobody is due, and an answer comes',
    commands: ['cat agents/human/outbox/*', 'lemming run --until-idle', 'head -15 agents/manager/outbox/000014-*'],
  },
  { name: 'inbox', about: 'What the agents wrote to the person', commands: ['lemming inbox'] },
  {
    name: 'status',
    about: 'How each agent is, what it may spend, and how it all replays',
    commands: ['lemming top-up planner 20', 'lemming status', 'lemming replay --recompute'],
  },
];

/** Screens of full-screen programs in the same organisation: keys are pressed one after the other, as soon as the words before them stand there. */
const SCREENS: Screen[] = [
  {
    name: 'watch',
    about: 'The organisation on one screen: who is at work and why, and what happened',
    command: 'lemming watch',
    columns: 120,
    rows: 36,
    steps: [{ words: 'what happens' }],
  },
  {
    name: 'watch-mail',
    about: 'A message with its conversation',
    command: 'lemming watch',
    columns: 120,
    rows: 36,
    steps: [{ words: 'what happens', key: '2' }, { words: 'waits for', key: 'Enter' }, { words: 'Conversation' }],
  },
  {
    name: 'watch-costs',
    about: 'What each agent costs, and how long the budget lasts',
    command: 'lemming watch',
    columns: 120,
    rows: 30,
    steps: [{ words: 'what happens', key: '5' }, { words: 'last 20 turns' }],
  },
];

interface Screen {
  name: string;
  about: string;
  command: string;
  columns: number;
  rows: number;
  /** Words to wait for, then the key to press, as tmux names it; without a key the screen is drawn. */
  steps: { words: string; key?: string }[];
}

/** A monospaced character in pixels, and how the text is set. */
const CHAR = 8.43;
const SIZE = 14;
const LINE = 19;
const MARGIN = 20;
const LEAST_COLUMNS = 92;
const COLOURS = { ground: '#10151c', edge: '#2a3441', text: '#d3dae3', prompt: '#7fb069', command: '#ffffff' };
const FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";

const scratch = mkdtempSync(join(tmpdir(), 'lemming-pictures-'));
try {
  mkdirSync(PICTURES, { recursive: true });
  writeFileSync(join(scratch, 'lemming'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  outputOf('lemming bootstrap acme', scratch);
  for (const { name, about, commands } of SCENES)
    save(name, about, commands.flatMap((command) => [...printed(command), []]).slice(0, -1));
  for (const screen of SCREENS) save(screen.name, screen.about, await shown(screen));
} finally {
  rmSync(scratch, { recursive: true });
}

function save(name: string, about: string, rows: readonly Span[][]): void {
  writeFileSync(new URL(`${name}.svg`, PICTURES), draw(about, rows));
}

/** A command behind a prompt, and what it prints. */
function printed(command: string): Span[][] {
  const typed = rowsOf(`\x1b[32m$\x1b[0m \x1b[1;97m${command}`);
  return [...typed, ...rowsOf(outputOf(command, join(scratch, 'acme')).trimEnd())];
}

/** What a command prints, both streams as a terminal shows them. */
function outputOf(command: string, cwd: string): string {
  const done = spawnSync('sh', ['-c', `{ ${command}; } 2>&1`], { cwd, env: environment(), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status}:\n${done.stdout}`);
  return done.stdout;
}

function environment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([key, value]) =>
    value === undefined || key.startsWith('LEMMING_') || ['NO_COLOR', 'TERM', 'TMUX'].includes(key)
      ? []
      : [[key, value]],
  );
  return { ...Object.fromEntries(kept), PATH: `${scratch}${delimiter}${process.env.PATH}`, FORCE_COLOR: '1' };
}

/** A terminal of its own, in which the program runs until its picture is taken. */
async function shown({ command, columns, rows, steps }: Screen): Promise<Span[][]> {
  const terminal = new Tmux({ command, columns, rows, cwd: join(scratch, 'acme'), env: environment() });
  try {
    for (const { words, key } of steps) {
      await terminal.shows(words);
      if (key) await terminal.press(key);
    }
    return rowsOf(terminal.coloured());
  } finally {
    terminal.end();
  }
}

function draw(about: string, rows: readonly Span[][]): string {
  const columns = Math.max(LEAST_COLUMNS, ...rows.map((row) => stringWidth(row.map(({ text }) => text).join(''))));
  const width = Math.ceil(columns * CHAR + 2 * MARGIN);
  const height = rows.length * LINE + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(about)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${COLOURS.ground}" stroke="${COLOURS.edge}"/>`,
    `<g font-family="${escaped(FONTS)}" font-size="${SIZE}" fill="${COLOURS.text}">`,
    ...rows.flatMap((row, i) => drawRow(row, MARGIN + i * LINE)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each span stands where its column is, however wide the font draws the ones before it. */
function drawRow(row: readonly Span[], top: number): string[] {
  let column = 0;
  return row.flatMap((span) => {
    const [x, wide] = [MARGIN + column * CHAR, stringWidth(span.text) * CHAR];
    column += stringWidth(span.text);
    const [ink, ground] = span.inverse
      ? [span.ground ?? COLOURS.ground, span.colour ?? COLOURS.text]
      : [span.colour, span.ground];
    const place = `x="${round(x)}"`;
    const block = ground && `<rect ${place} y="${top}" width="${round(wide)}" height="${LINE}" fill="${ground}"/>`;
    const words =
      span.text.trim() &&
      `<text ${place} y="${top + LINE - 5}" xml:space="preserve"${looks(span, ink)}>${escaped(span.text)}</text>`;
    return [block, words].filter((part): part is string => Boolean(part));
  });
}

function looks({ bold, dim, italic, underline }: Span, ink: string | null): string {
  return [
    ink && ` fill="${ink}"`,
    bold && ' font-weight="bold"',
    dim && ' opacity="0.6"',
    italic && ' font-style="italic"',
    underline && ' text-decoration="underline"',
  ]
    .filter(Boolean)
    .join('');
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}

/** Text as XML: what agents write cannot end an element, and what XML forbids is left out. */
function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (c) => names[c] ?? c);
}
