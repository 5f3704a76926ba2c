import { expect, it } from 'vitest';
import { commandFits, programIn, quoted } from '../../../src/core/text/command-line.ts';

it.each([
  ['git', 'git'],
  ['  git status  ', 'git'],
  ['git-evil status', 'git-evil'],
  ['./git', './git'],
  ['/usr/bin/git log', '/usr/bin/git'],
  ["git commit -m 'a; b && c | d $(e)'", 'git'],
  ['git commit -m "a; b"', 'git'],
  ['git log HEAD~1', null],
  ['git log;id', null],
  ['git log\nid', null],
  ['git log "$(id)"', null],
  ['git log "`id`"', null],
  ['git log "a\\"', null],
  ["git log 'a", null],
  ['git  log', 'git'],
  ['git\tlog', null],
  ['a=b git', null],
  ['', null],
])('%j runs %s', (line, program) => expect(programIn(line)).toBe(program));

it.each([
  ['git status', 'git', true, true],
  ['git-evil status', 'git', true, false],
  ['git-evil status', 'git', false, false],
  ['mygit status', 'git', false, false],
  ['/opt/git status', 'git', true, false],
  ['/opt/git status', 'git', false, true],
  ['echo x | git apply', 'git', true, false],
  ['echo x | git apply', 'git', false, true],
  ['echo x;git apply', 'git', false, true],
  ['"git" apply', 'git', false, true],
])('%j is a command of %s, certain: %s', (line, name, certain, fits) =>
  expect(commandFits(name, line, certain)).toBe(fits),
);

it.each([
  ['a/b-c_d.e', 'a/b-c_d.e'],
  ['a place', "'a place'"],
  ["it's", "'it'\\''s'"],
])('writes %j as one word for a shell', (path, word) => {
  expect(quoted(path)).toBe(word);
});
