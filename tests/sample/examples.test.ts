import { describe, expect, it } from 'vitest';
import { Story } from './story.ts';

/** Each story is played by a person at the command line, as the README of its template says. */
const STORIES: Record<string, (story: Story) => Promise<void>> = {
  'support-desk': desk,
  'data-pipeline': data,
  'content-pipeline': content,
  'distributed-monitoring': monitoring,
};

describe.each(Object.entries(STORIES))('the template %s', { timeout: 60_000 }, (template, play) => {
  let files = {};

  it('plays its story to the end', async () => {
    const story = await Story.of(template, 64);
    await play(story);
    await story.holds();
    files = story.files();
  });

  it('leaves the same files when its agents work one after the other', async () => {
    const story = await Story.of(template, 1, false);
    await play(story);
    expect(story.files()).toEqual(files);
  });
});

/** A case that waits for the books, a refund that is taken back, and a case that nobody drafts in time. */
async function desk(story: Story): Promise<void> {
  await story.run();
  await story.look(async () => {
    expect(await story.statuses()).toMatchObject({
      'Case: Charged twice': 'blocked',
      'Draft: Charged twice': 'completed',
      'Check: Charged twice': 'completed',
    });
    expect(await story.task('Draft: Charged twice')).toMatchObject({ assignee: 'billing', attempts: 2, cost: 0.09 });
  });
  await story.approve(/39\.90 on 2026-11-02, 39\.90 on 2026-11-03/);
  await story.run();
  await story.look(async () => {
    expect(await story.task('Case: Charged twice')).toMatchObject({ status: 'completed', cost: 0.04 });
    expect(story.text('org/shared/outgoing/000001-human-01.md')).toContain('giving us the number 4711');
  });

  await story.say(['workflow', 'run', 'refund', '--input', 'order=4711', '--input', 'euros=39.90']);
  await story.run();
  await story.approve(/The run \S+ asks[\s\S]*order 4711, 39\.90 euros/);
  await story.run();
  const refund = await story.latest('refund');
  await story.look(() => {
    expect(refund).toMatchObject({ status: 'completed', cost: 0.06 });
    expect(story.text('org/shared/books/payments.csv')).toContain(`refund;${refund.id};4711;-39.90\n`);
  });
  await story.say(['workflow', 'undo', refund.id]);
  await story.run();
  await story.look(async () => {
    expect(await story.latest('refund')).toMatchObject({ status: 'compensated', rest: [] });
    expect(story.text('org/shared/refunds/4711.md')).toBe('Cancelled.\n');
    expect(story.text('org/shared/books/payments.csv')).not.toContain('refund');
  });

  await story.say(['pause', 'librarian']);
  await story.say(['send', 'triage', 'Where do I find my order number?']);
  await story.run();
  await story.look(async () => {
    expect(await story.say(['task', 'list'])).toContain('nobody who can work now has the capability how-to');
  });
  await story.run(1, 10);
  await story.look(async () => {
    expect(await story.subjects()).toContain('Overdue: Where do I find my order number?');
  });
  await story.say(['resume', 'librarian']);
  await story.run();
  await story.look(async () => {
    expect(await story.statuses()).toMatchObject({
      'Draft: Where do I find my order number?': 'failed',
      'Check: Where do I find my order number?': 'skipped',
      'Draft again: Where do I find my order number?': 'completed',
      'Check again: Where do I find my order number?': 'completed',
      'Case: Where do I find my order number?': 'blocked',
    });
  });
  await story.approve(/Thank you for your question/);
  await story.run();
  await story.look(async () => {
    expect(await story.task('Case: Where do I find my order number?')).toMatchObject({ status: 'completed' });
  });
}

/** A run that succeeds, and one that fails at a bad row, is taken back, and goes on when the row is corrected. */
async function data(story: Story): Promise<void> {
  await story.run();
  const first = await story.latest('numbers');
  await story.look(() => {
    expect(first).toMatchObject({ status: 'completed', cost: 0.13 });
  });
  const TOTALS = `run;week_of;shop;euros
${first.id};2026-11-02;Harbour;60.40
${first.id};2026-11-02;Market;113.50
${first.id};2026-11-09;Harbour;43.25
${first.id};2026-11-09;Market;31.95
`;
  await story.look(async () => {
    expect(story.text('org/shared/totals/weekly.csv')).toBe(TOTALS);
    expect(await story.task('Numbers: validate')).toMatchObject({
      assignee: 'checker',
      status: 'completed',
      cost: 0.03,
    });
  });

  await story.say(['send', 'lead', 'Numbers from week-46.csv: a weekly total per shop']);
  await story.run(1);
  const failed = await story.latest('numbers');
  await story.look(async () => {
    expect(failed).toMatchObject({ status: 'compensated', rest: [], reason: expect.stringContaining('line 4') });
    expect((await story.tasks()).findLast(({ title }) => title === 'Numbers: validate')).toMatchObject({
      status: 'failed',
      attempts: 2,
    });
    expect(await story.notices()).toContain('No rule covers line 4: 2026-11-18;Harbour;Gift card;25.00 USD');
  });
  const isOfRun = (path: string) => path.startsWith(`org/shared/runs/${failed.id}/`);
  await story.look(() => {
    expect(Object.keys(story.files()).filter(isOfRun)).toEqual([]);
  });

  const rows = story.text('org/shared/in/week-46.csv');
  story.put('org/shared/in/week-46.csv', rows.replace('25.00 USD', '23.10'));
  await story.say(['workflow', 'retry-from', failed.id, 'extract']);
  await story.run();
  await story.look(async () => {
    expect(await story.latest('numbers')).toMatchObject({ id: failed.id, status: 'completed' });
  });
  const MORE = `${failed.id};2026-11-16;Harbour;66.35\n${failed.id};2026-11-16;Market;35.90\n`;
  await story.look(() => {
    expect(story.text('org/shared/totals/weekly.csv')).toBe(TOTALS + MORE);
    expect(Object.keys(story.files()).filter(isOfRun)).toHaveLength(4);
  });

  await story.say(['workflow', 'undo', first.id]);
  await story.run();
  await story.look(async () => {
    expect(await story.json(['workflow', 'status', first.id])).toMatchObject({ status: 'compensated', rest: [] });
    expect(story.text('org/shared/totals/weekly.csv')).toBe(`run;week_of;shop;euros\n${MORE}`);
    expect(await story.subjects()).toEqual(
      expect.arrayContaining(['Numbers ready', `Withdrawn: the numbers of ${first.id}`]),
    );
  });
}

/** An article with a review and a last change; it is published, and withdrawn. A second one is denied. */
async function content(story: Story): Promise<void> {
  await story.run();
  await story.look(async () => {
    expect(await story.task('Article: research (2 of 3)')).toMatchObject({ status: 'completed', attempts: 1 });
  });
  const research = (await story.tasks()).filter(({ title }) => title.startsWith('Article: research'));
  await story.look(() => {
    expect(research.map(({ assignee }) => assignee)).toEqual(['scout_1', 'scout_2', 'scout_1']);
  });
  await story.approve(/The run \S+ asks[\s\S]*Second review: OK/, '--note', 'Say which tin.');
  await story.run();
  const run = await story.latest('article');
  await story.look(() => {
    expect(run).toMatchObject({ status: 'completed', cost: 0.23 });
  });
  const published = `org/shared/published/${run.id}.md`;
  await story.look(async () => {
    expect(story.text(published)).toMatch(/The tin is 2\.7 points better than the bag\.[\s\S]*Say which tin\./);
    expect(story.text('org/shared/published/index.md')).toContain(`- [Put the beans into a tin](${run.id}.md)`);
    expect(await story.subjects()).toContain('Published: Put the beans into a tin');
  });
  await story.say(['workflow', 'undo', run.id]);
  await story.run();
  await story.look(async () => {
    expect(await story.latest('article')).toMatchObject({ status: 'compensated', rest: [] });
    expect(story.text(published)).toBe('Withdrawn.\n');
    expect(story.text('org/shared/published/index.md')).not.toContain(run.id);
  });

  await story.say(['workflow', 'run', 'article', '--input', 'request=Keeping coffee beans fresh, in 150 words']);
  await story.run();
  const { approvals } = await story.json(['approvals']);
  await story.say(['deny', approvals[0].id, '--note', 'Not this month.']);
  await story.run();
  const denied = await story.latest('article');
  await story.look(() => {
    expect(denied).toMatchObject({ status: 'compensated', reason: expect.stringContaining('Not this month.') });
    expect(Object.keys(story.files()).filter((path) => path.includes(`articles/${denied.id}`))).toEqual([]);
  });
}

/** An incident that goes away by itself, one that is escalated, a measure that helps, and its end. */
async function monitoring(story: Story): Promise<void> {
  await story.run(1);
  await story.look(async () => {
    expect(await story.task('Incident: web over its limit since turn 4')).toMatchObject({
      status: 'completed',
      attempts: 2,
    });
    expect(await story.task('Incident: db over its limit since turn 1')).toMatchObject({
      status: 'failed',
      attempts: 3,
      cost: 0.09,
    });
  });
  await story.approve(/Set shared\/switches\/db\.md from `primary` to `standby`/);
  await story.run();
  const run = await story.latest('escalation');
  await story.look(async () => {
    expect(run).toMatchObject({ status: 'completed', cost: 0.11 });
    expect(story.text('org/shared/switches/db.md')).toBe('standby\n');
    expect(await story.subjects()).toEqual(
      expect.arrayContaining(['Digest, turn 12', 'Over: db is back under its limit']),
    );
    expect(Object.keys(story.files()).filter((path) => path.startsWith('org/shared/watch/'))).toHaveLength(3);
  });
  await story.say(['workflow', 'undo', run.id]);
  await story.run();
  await story.look(async () => {
    expect(await story.latest('escalation')).toMatchObject({ status: 'compensated', rest: [] });
    expect(story.text('org/shared/switches/db.md')).toBe('primary\n');
  });
}

it('distributed-monitoring: a measure that does not help is taken back by itself', { timeout: 60_000 }, async () => {
  const story = await Story.of('distributed-monitoring', 64);
  const rows = Array.from({ length: 30 }, (_, i) => `${i + 1};95`);
  story.put('org/shared/metrics/db.csv', `turn;disk_percent\n${rows.join('\n')}\n`);
  await story.run(1);
  await story.approve(/from `primary` to `standby`/);
  await story.run(1);
  expect(await story.latest('escalation')).toMatchObject({
    status: 'compensated',
    reason: expect.stringContaining('Still over the limit of 90: 95'),
    rest: [],
  });
  expect(story.text('org/shared/switches/db.md')).toBe('primary\n');
  await story.holds();
});
