import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { lemming, put, textOf } from '../commands/people/world.ts';
import { scratch } from '../commands/world.ts';

/** A task as `lemming task list --json` tells it. */
interface Row {
  id: string;
  title: string;
  status: string;
  assignee: string | null;
  attempts: number;
  cost: number;
}

/** A template that a person plays at the command line, in a folder of its own. */
export class Story {
  readonly root: string;
  private readonly env: Record<string, string>;
  private readonly isLookedAt: boolean;

  private constructor(root: string, concurrency: number, isLookedAt: boolean) {
    this.root = root;
    this.isLookedAt = isLookedAt;
    this.env = { LEMMING_LIMITS_CONCURRENCY: String(concurrency) };
  }

  static async of(template: string, concurrency: number, isLookedAt = true): Promise<Story> {
    const root = scratch();
    const story = new Story(root, concurrency, isLookedAt);
    await lemming(root, ['bootstrap', '.', '--template', template]);
    // it is named after its folder
    story.put('org/org.yaml', story.text('org/org.yaml').replace(/^name: .*$/m, `name: ${template}`));
    return story;
  }

  /** Looks at how it stands: only where it is looked at, because that takes most of the time. */
  async look(expects: () => Promise<void> | void): Promise<void> {
    if (this.isLookedAt) await expects();
  }

  /** What a command says; it must end with that. */
  async say(words: string[], exit = 0): Promise<string> {
    const said = await lemming(this.root, words, { env: this.env });
    expect(`${words.join(' ')}: ${said.exit} ${said.err}`).toMatch(new RegExp(`: ${exit} `));
    return said.out;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a script would get from JSON.parse
  async json(words: string[], exit = 0): Promise<any> {
    return JSON.parse(await this.say([...words, '--json'], exit));
  }

  /** Lets it work until no agent is due, or makes so many turns. */
  async run(exit = 0, turns?: number): Promise<void> {
    await this.say(['run', ...(turns === undefined ? ['--until-idle'] : ['--turns', String(turns)])], exit);
  }

  /** Approves the only thing that waits, which asks this. */
  async approve(asks: RegExp, ...more: string[]): Promise<void> {
    await this.look(async () => expect(await this.say(['approvals'])).toMatch(asks));
    const { approvals } = await this.json(['approvals']);
    expect(approvals).toHaveLength(1);
    await this.say(['approve', approvals[0].id, ...more]);
  }

  async tasks(): Promise<Row[]> {
    return (await this.json(['task', 'list'])).tasks;
  }

  /** How the tasks stand, by their titles. */
  async statuses(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.tasks()).map(({ title, status }) => [title, status]));
  }

  async task(title: string): Promise<Row> {
    const found = (await this.tasks()).find((task) => task.title === title);
    if (!found) throw new Error(`there is no task ${title}`);
    return found;
  }

  /** The latest run of a workflow, in full. */
  // biome-ignore lint/suspicious/noExplicitAny: what a script would get from JSON.parse
  async latest(workflow: string): Promise<any> {
    const { runs } = await this.json(['workflow', 'runs', '--workflow', workflow]);
    return this.json(['workflow', 'status', runs[0].id]);
  }

  /** Subjects of what the person was sent. */
  async subjects(): Promise<string[]> {
    return (await this.json(['inbox'])).messages.map(({ subject }: { subject: string }) => subject);
  }

  async notices(): Promise<string> {
    return (await this.json(['inbox'])).notices.map(({ text }: { text: string }) => text).join('\n');
  }

  text(path: string): string {
    return textOf(this.root, path);
  }

  put(path: string, text: string): void {
    put(this.root, path, text);
  }

  /** Every file but the journal, the logs and the caches. */
  files(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(this.root.length + 1);
      if (entry.isFile() && !/^(\.lemming|org\/journal)\/|\/logs\//.test(path))
        found[path] = readFileSync(join(this.root, path), 'latin1');
    }
    return found;
  }

  /** What holds of every organisation, whatever it did. */
  async holds(): Promise<void> {
    expect(await this.json(['validate'])).toEqual({ ok: true, faults: [] });
    expect(await this.json(['verify', '--deep'])).toMatchObject({ ok: true });
    expect(await this.json(['replay', '--recompute'])).toMatchObject({
      identical: true,
      edited: [],
      recomputed: { identical: true, folded: [] },
    });
    expect(await this.say(['diagnose'])).toContain('None of the failures that this command knows was found.');
    const { by_task: costs } = await this.json(['costs', '--by', 'task']);
    // mail about a task counts there, too
    for (const { id, cost } of await this.tasks()) expect(costs[id]?.spent ?? 0).toBeGreaterThanOrEqual(cost);
  }
}
