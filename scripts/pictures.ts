/**
 * Draws docs/pictures/*.svg from what the built command line prints in a scratch organisation:
 * `npm run build && npx tsx scripts/pictures.ts`. The pictures are the tour of the README.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/faces/cli/main.js', import.meta.url));
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

/** A monospaced character in pixels, and how the text is set. */
const CHAR = 8.43;
const SIZE = 14;
const LINE = 19;
const MARGIN = 20;
const LEAST_COLUMNS = 92;
const COLOURS = { ground: '#10151c', edge: '#2a3441', text: '#d3dae3', prompt: '#7fb069', command: '#ffffff' };
const FONTS = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";

interface Line {
  text: string;
  isCommand: boolean;
}

const scratch = mkdtempSync(join(tmpdir(), 'lemming-pictures-'));
try {
  mkdirSync(PICTURES, { recursive: true });
  writeFileSync(join(scratch, 'lemming'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  outputOf('lemming bootstrap acme', scratch);
  for (const { name, about, commands } of SCENES) {
    const lines = commands.flatMap((command) => [...linesOf(command), { text: '', isCommand: false }]);
    writeFileSync(new URL(`${name}.svg`, PICTURES), draw(about, lines.slice(0, -1)));
  }
} finally {
  rmSync(scratch, { recursive: true });
}

function linesOf(command: string): Line[] {
  const output = outputOf(command, join(scratch, 'acme')).trimEnd().split('\n');
  return [{ text: command, isCommand: true }, ...output.map((text) => ({ text, isCommand: false }))];
}

/** What a command prints, both streams as a terminal shows them. */
function outputOf(command: string, cwd: string): string {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('LEMMING_'));
  const env = { ...Object.fromEntries(kept), PATH: `${scratch}${delimiter}${process.env.PATH}` };
  const done = spawnSync('sh', ['-c', `{ ${command}; } 2>&1`], { cwd, env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status}:\n${done.stdout}`);
  return done.stdout;
}

function draw(about: string, lines: readonly Line[]): string {
  const columns = Math.max(LEAST_COLUMNS, ...lines.map(({ text, isCommand }) => text.length + (isCommand ? 2 : 0)));
  const width = Math.ceil(columns * CHAR + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(about)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${COLOURS.ground}" stroke="${COLOURS.edge}"/>`,
    `<g font-family="${escaped(FONTS)}" font-size="${SIZE}" fill="${COLOURS.text}">`,
    ...lines.map((line, i) => lineOf(line, MARGIN + (i + 1) * LINE - 5)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function lineOf({ text, isCommand }: Line, y: number): string {
  const start = `<text x="${MARGIN}" y="${y}" xml:space="preserve"`;
  if (!isCommand) return `${start}>${escaped(text)}</text>`;
  return `${start} fill="${COLOURS.command}" font-weight="bold"><tspan fill="${COLOURS.prompt}">$</tspan> ${escaped(text)}</text>`;
}

/** Text as XML: what agents write cannot end an element, and what XML forbids is left out. */
function escaped(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (c) => names[c] ?? c);
}
