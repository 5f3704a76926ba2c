/** Draws what models write while they write it. */
import type { Listen, Overheard } from '../../../engine/calls/listen.ts';
import { PartialReply } from '../../../views/journal/partial-reply.ts';
import type { World } from '../../world.ts';

/** Draws what models write. The drawing disappears when the turn ends: only what was sent is an answer. */
export class StreamView {
  private readonly world: World;
  private readonly person: string;
  private readonly redact: (text: string) => string;
  /** What each agent is saying, and at which attempt. */
  private readonly speeches = new Map<string, PartialReply>();
  /** Whose plain text is meant for the person. */
  partner = '';

  constructor(world: World, person: string, redact: (text: string) => string) {
    this.world = world;
    this.person = person;
    this.redact = redact;
  }

  readonly listen: Listen = (what) => {
    if (what.is === 'begun') this.speeches.set(what.agent, new PartialReply(this.person));
    else if (what.is === 'broken') this.break(what);
    else this.speeches.get(what.agent)?.hear(what.text, what.act);
    this.draw();
  };

  /** Call this when the turn has ended. */
  clear(): void {
    this.speeches.clear();
    this.world.sketch(null);
  }

  private break({ agent, why }: Extract<Overheard, { is: 'broken' }>): void {
    const said = this.speeches.get(agent)?.said ?? '';
    this.speeches.delete(agent);
    if (said !== '') this.world.say(`The reply of ${agent} broke off and is ignored (${this.redact(why)}).`);
  }

  private draw(): void {
    const lines = [...this.speeches].map(([agent, speech]) => {
      const said = agent === this.partner ? speech.said : '';
      return said === '' ? `${agent} is thinking …` : `${agent} is writing …\n${this.redact(said)}`;
    });
    this.world.sketch(lines.length > 0 ? lines.join('\n') : null);
  }
}
