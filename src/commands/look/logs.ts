/** `lemming logs`: shows logs and follows them. */

import type { Clock } from '../../disk/fs/clock.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { LEVELS, logPath } from '../../engine/log/log.ts';
import { defined } from '../../schema/copy.ts';
import { failure } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import { type LogFilter, type LogLine, passes, printLine, readLine, readSince } from '../../views/journal/log-line.ts';
import type { Definition, InputOf, Run } from '../command.ts';
import type { World } from '../world.ts';

export const command = {
  name: 'logs',
  group: 'look',
  summary: 'Show the log of the organisation, or of one agent',
  examples: [
    { line: 'lemming logs coder_01 --lines 20', does: 'shows the last 20 lines of coder_01' },
    {
      line: 'lemming logs -f coder_01 --level error --since 10m',
      does: 'follows the errors of coder_01, starting ten minutes ago',
    },
    { line: 'lemming logs --since turn:12 --grep refused', does: 'shows what was refused since turn 12' },
  ],
  args: [{ name: 'agent', about: 'the agent (default: all agents and the organisation)', optional: true }],
  flags: [
    { name: 'follow', short: 'f', about: 'print new lines as they come, until Ctrl-C', right: 'owner' },
    { name: 'level', value: 'LEVEL', about: 'only this level and more severe ones', choices: [...LEVELS] },
    { name: 'since', value: 'WHEN', about: 'only lines since then, such as 30s, 10m, 2h, 3d or turn:N' },
    { name: 'grep', value: 'TEXT', about: 'only lines that contain this text' },
    { name: 'lines', value: 'N', kind: 'whole', least: 0, about: 'only the last N lines (default: 50)' },
  ],
  reads: true,
  right: 'look',
  output: (z) =>
    z.strictObject({
      lines: z.union([
        z.array(z.looseObject({ time: z.string(), level: z.string(), event: z.string() })),
        z.number().describe('with --follow: how many were printed'),
      ]),
    }),
} as const satisfies Definition;

const LINES = 50;
/** Milliseconds between two looks at the files. */
const POLL_MS = 250;

export const run: Run<typeof command> = async (world, input) => {
  const disk = world.machine.disk(world.root);
  const filter = filterOf(world.machine.clock, input);
  const wanted = input.flags.lines ?? LINES;
  const paths = pathsOf(disk, input.args.agent);
  if (input.flags.follow) return follow(world, disk, input.args.agent, filter, wanted);
  const lines = newest(disk, paths, filter, wanted);
  return { data: { lines }, text: lines.map(printLine).join('\n') };
};

function filterOf(clock: Clock, { flags }: InputOf<typeof command>): LogFilter {
  const { level, since, grep } = flags;
  const from = since !== undefined ? readSince(since, clock.now()) : {};
  if (from === null) throw failure('usage', `--since takes 30s, 10m, 2h, 3d or turn:N, not ${JSON.stringify(since)}.`);
  return { ...defined({ level }), ...from, ...defined({ grep }) };
}

/** The log files in question. Throws `not-found` for an agent without a folder. */
function pathsOf(disk: Disk, agent: string | undefined): string[] {
  if (agent === undefined) return [null, ...(disk.list('agents') ?? []).filter(isName)].map(logPath);
  if (!isName(agent) || !disk.stat(`agents/${agent}`))
    throw failure('not-found', `There is no agent ${JSON.stringify(agent)}.`);
  return [logPath(agent)];
}

/** The last matching lines, by time. Older files are opened only if more lines are needed. */
function newest(disk: Disk, paths: readonly string[], filter: LogFilter, wanted: number): LogLine[] {
  const lines = paths.flatMap((path) => newestOf(disk, path, filter, wanted));
  lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return wanted === 0 ? [] : lines.slice(-wanted);
}

function newestOf(disk: Disk, path: string, filter: LogFilter, wanted: number): LogLine[] {
  let lines: LogLine[] = [];
  for (let n = 0; lines.length < wanted; n++) {
    const bytes = disk.read(n === 0 ? path : path.replace(/\.jsonl$/, `.${n}.jsonl`));
    if (bytes === null && n > 0) break;
    lines = [...linesIn(bytes ?? new Uint8Array(), filter), ...lines];
  }
  return lines;
}

function linesIn(bytes: Uint8Array, filter: LogFilter): LogLine[] {
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .flatMap((text) => {
      const line = readLine(text);
      return line && passes(line, text, filter) ? [line] : [];
    });
}

/** How far a file was read. */
interface ReadPosition {
  /** Distinguishes the file from the next one with that name. */
  file: string;
  end: number;
}

/** Prints the last lines and then every new one, until the signal is aborted. */
async function follow(world: World, disk: Disk, agent: string | undefined, filter: LogFilter, wanted: number) {
  const print = (line: LogLine): void => world.print(world.json ? JSON.stringify(line) : printLine(line));
  const places = new Map(pathsOf(disk, agent).map((path) => [path, placeOf(disk, path)]));
  let printed = 0;
  const tell = (lines: readonly LogLine[]): void => {
    for (const line of lines) print(line);
    printed += lines.length;
  };
  tell(newest(disk, [...places.keys()], filter, wanted));
  while (!world.signal.aborted) {
    await world.machine.clock.sleep(POLL_MS, world.signal).catch(() => {});
    const fresh = pathsOf(disk, agent).flatMap((path) => grown(disk, path, places, filter));
    tell(fresh.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)));
  }
  return { data: { lines: printed }, text: '' };
}

function placeOf(disk: Disk, path: string): ReadPosition {
  const stat = disk.stat(path);
  return { file: stat?.mark.split(':')[0] ?? '', end: stat?.size ?? 0 };
}

/** The lines added to a file since the last look; after a rotation, the rest of the old file first. */
function grown(disk: Disk, path: string, places: Map<string, ReadPosition>, filter: LogFilter): LogLine[] {
  const before = places.get(path) ?? { file: '', end: 0 };
  const now = placeOf(disk, path);
  if (now.file === before.file && now.end === before.end) return [];
  const rotated = now.file !== before.file && before.file !== '';
  const rest = rotated ? restOf(disk, path.replace(/\.jsonl$/, '.1.jsonl'), before) : new Uint8Array();
  const bytes = disk.read(path) ?? new Uint8Array();
  const whole = bytes.lastIndexOf(10) + 1;
  places.set(path, { file: now.file, end: whole });
  return [
    ...linesIn(rest, filter),
    ...linesIn(bytes.subarray(now.file === before.file ? before.end : 0, whole), filter),
  ];
}

function restOf(disk: Disk, path: string, before: ReadPosition): Uint8Array {
  return placeOf(disk, path).file === before.file
    ? (disk.read(path)?.subarray(before.end) ?? new Uint8Array())
    : new Uint8Array();
}
