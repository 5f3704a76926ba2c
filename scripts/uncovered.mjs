// Names the branches that no test reached, in the files of which every branch must be: `file:line kind`, one a line.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { EVERY_BRANCH } from './gates.mjs';

const REPORT = 'coverage/coverage-final.json';
const PARTS = { '**': '.*', '{': '(', '}': ')', ',': '|', '.': '\\.' };
const gates = EVERY_BRANCH.map((pattern) => new RegExp(`^${pattern.replace(/\*\*|[{},.]/g, (part) => PARTS[part])}$`));

/** Branches that are named. */
const MOST = 50;

const missed = [];
if (existsSync(REPORT))
  for (const [path, { b, branchMap }] of Object.entries(JSON.parse(readFileSync(REPORT, 'utf8')))) {
    const file = relative(process.cwd(), path);
    if (!gates.some((gate) => gate.test(file))) continue;
    for (const [id, counts] of Object.entries(b))
      for (const [way, count] of counts.entries())
        if (count === 0) missed.push(`no test: ${file}:${place(branchMap[id], way)}`);
  }
if (missed.length) console.log([...missed.slice(0, MOST), `${missed.length} branches that no test reached`].join('\n'));

/** `42 if`. A branch that has no text of its own, such as a missing else, lies where the whole does. */
function place({ type, loc, locations }, way) {
  return `${locations[way]?.start.line ?? loc.start.line} ${type}`;
}
