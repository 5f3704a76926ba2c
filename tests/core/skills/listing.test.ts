import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withSkill } from '../../../src/core/skills/listing.ts';

const text = (head: string): string => `---\n${head}---\nBe kind.\n\nskills: none\n`;

/** The front matter as plain data. */
const read = (file: string) => parse(file.split('\n---\n')[0]?.slice(4) ?? '');

describe('a skill in the list of a resume', () => {
  it.each([
    ['no list', 'role: x\n', 'role: x\nskills: [csv]\n'],
    ['an empty list', 'skills: []\nrole: x\n', 'skills: [csv]\nrole: x\n'],
    ['names in brackets', 'role: x\nskills: [ a, b-2 ] # mine\n', 'role: x\nskills: [ a, b-2, csv] # mine\n'],
    ['one name a line', 'skills:\n  - a\n  - b # why\nrole: x\n', 'skills:\n  - a\n  - b # why\n  - csv\nrole: x\n'],
    ['lines without a margin, at the end', 'role: x\nskills:\n- a\n', 'role: x\nskills:\n- a\n- csv\n'],
  ])('is added to %s', (_what, head, made) => {
    expect(withSkill(text(head), 'csv')).toBe(text(made));
  });

  it.each([
    ['no front matter', 'Be kind.\n'],
    ['a map in braces', text('{ role: x }\n')],
    ['names in quotes', text('skills: ["a"]\n')],
    ['an anchor', text('skills: &all [a]\n')],
    ['brackets over several lines', text('skills: [\n  a ]\n')],
    ['lines of which one is no name', text('skills:\n  - a\n  - "b"\n')],
    ['a comment among the lines', text('skills:\n  - a\n  # more\n  - b\n')],
    ['a key in quotes', text('"skills": [a]\n')],
    ['nothing', text('skills:\nrole: x\n')],
  ])('is not added where a person wrote %s', (_what, file) => {
    expect(withSkill(file, 'csv')).toBeNull();
  });

  it('stands behind the others, whatever they are, and nothing else changes', () => {
    const names = fc.array(fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/), { minLength: 1, maxLength: 4 });
    const form = fc.constantFrom(
      (list: string[]) => `skills: [${list.join(', ')}]\n`,
      (list: string[]) => `skills:\n${list.map((name) => `  - ${name}\n`).join('')}`,
    );
    const before = fc.constantFrom('', 'limits: { steps: 2 }\n');
    const after = fc.constantFrom('', 'role: x\n', 'tools:\n  - shell\n', '# The end.\n');
    fc.assert(
      fc.property(names, form, before, after, (list, print, above, below) => {
        const was = text(`name: a\n${above}${print(list)}${below}`);
        const now = withSkill(was, 'csv') as string;
        expect(read(now)).toEqual({ ...read(was), skills: [...read(was).skills, 'csv'] });
        expect(now.slice(now.indexOf('\n---\n'))).toBe(was.slice(was.indexOf('\n---\n')));
      }),
    );
  });
});
