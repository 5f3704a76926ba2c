import { expect, it } from 'vitest';
import { lemming, office, put, untilIdle } from '../people/world.ts';

/** Drops messages as a person does with an editor. */
function drop(root: string, person: string, name: string, head: string, body: string): void {
  put(root, `agents/${person}/outbox/${name}.sent.md`, `---\nto: hr\n${head}---\n${body}\n`);
}

it('scenario 10: of 200 waiting messages all are read, by priority, then age, and chatty senders keep nobody out', async () => {
  const root = office({
    edges: { human: ['hr'], boss: ['hr'], guest: ['hr'], hr: ['human', 'boss', 'guest'] },
    credits: {},
    resumes: { boss: { person: true }, guest: { person: true } },
    models: { default: { provider: 'scripted', script: 'org/script.yaml' } },
    org: { limits: { inbox_tokens: 1000 } },
  });
  for (const person of ['human', 'boss'])
    for (let i = 10; i < 108; i++) drop(root, person, `m${1000 + i}`, '', `chatter ${i} ${'x'.repeat(100)}`);
  drop(root, 'guest', 'a', '', 'quiet');
  drop(root, 'guest', 'b', '', 'quiet too');
  drop(root, 'guest', 'c', 'priority: urgent\n', 'now');
  drop(root, 'guest', 'd', 'priority: low\n', 'whenever');
  const reports = await untilIdle(root);

  const read: string[] = [];
  for (const { turn } of reports) read.push(...(await lemming(root, ['show', `${turn}.hr`, '--json'])).data.visit.mail);
  expect(new Set(read).size).toBe(200);
  expect(read).toHaveLength(200);
  expect(read[0]).toBe('000001-guest-03');
  expect(read.slice(0, 10)).toEqual(expect.arrayContaining(['000001-guest-01', '000001-guest-02']));
  expect(read.indexOf('000001-guest-04')).toBeGreaterThan(100);
  for (const person of ['human', 'boss']) {
    const chatter = read.filter((id) => id.includes(person));
    expect(chatter).toEqual([...chatter].sort());
  }
});
