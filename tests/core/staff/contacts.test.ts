import { expect, it } from 'vitest';
import { printContacts } from '../../../src/core/staff/contacts.ts';
import { configOf } from '../world.ts';

const EDGES = { human: ['a', 'b'], a: ['human', 'b'], b: ['a', 'boss'], c: ['a'], boss: ['b'] };

function config(files: Record<string, string>) {
  return configOf({
    edges: EDGES,
    resumes: { boss: { person: true } },
    files: Object.fromEntries(
      Object.entries(files).map(([name, head]) => [`org/contacts/${name}.md`, `---\n${head}\n---\nA secret note.\n`]),
    ),
  });
}

it('goes to those who may write to the person, and to nobody else', () => {
  const org = config({
    human: 'name: Anna\nchannel: mail\nlanguage: German\nhours: 9 to 17\npreferences: [short, "no <b>"]',
    chief: 'seat: boss',
  });
  expect(printContacts(org, 'a')).toContain(
    '- human: "Anna"; channel "mail"; language "German"; hours "9 to 17"; prefers "short", "no \\u003cb\\u003e"',
  );
  expect(printContacts(org, 'a')).not.toContain('boss');
  expect(printContacts(org, 'b')).toContain('- boss: "chief"');
  expect(printContacts(org, 'b')).not.toContain('Anna');
  expect(printContacts(org, 'c')).toBe('');
  expect(printContacts(org, 'a')).not.toContain('secret');
});

it('tells of people outside whoever may write to a person', () => {
  const org = config({ cafe: 'name: The café\npreferences: [simple words]' });
  expect(printContacts(org, 'a')).toContain(
    '- cafe: "The café", outside, through a person you can write to; prefers "simple words"',
  );
  expect(printContacts(org, 'c')).toBe('');
});

it('is bounded', () => {
  const long = 'x'.repeat(300);
  const many = Array.from({ length: 30 }, (_, i) => [`c${i}`, `preferences: [${Array(20).fill(long).join(', ')}]`]);
  const text = printContacts(config(Object.fromEntries(many)), 'a');
  expect(text.length).toBeLessThan(20_000);
  expect(text).toContain('- and 10 more');
});

it('is nothing where nothing is known', () => expect(printContacts(config({}), 'a')).toBe(''));
