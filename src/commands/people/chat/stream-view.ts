/** Draws what models write while they write it. */
import type { Listen, Overheard } from '../../../engine/calls/listen.ts';
import { PartialReply } from '../../../views/journal/partial-reply.ts';
import type { World } from '../../world.ts';

/** Draws what models write. The drawing disappears when the turn ends: only what was sent is an answer. */
export class StreamView {
  private readonly world: World;
  private readonly person: string;
  private readonly mask: (text: string) => string;
  /** What each agent is writing, and in which attempt. */
  private readonly replies = new Map<string, PartialReply>();
  /** The agent whose plain text is meant for the person. */
  partner = '';

  constructor(world: World, person: string, mask: (text: string) => string) {
    this.world = world;
    this.person = person;
    this.mask = mask;
  }

  readonly listen: Listen = (what) => {
    if (what.is === 'begun') this.replies.set(what.agent, new PartialReply(this.person));
    else if (what.is === 'broken') this.break(what);
    else this.replies.get(what.agent)?.hear(what.text, what.act);
    this.draw();
  };

  /** Call this when the turn has ended. */
  clear(): void {
    this.replies.clear();
    this.world.sketch(null);
  }

  private break({ agent, why }: Extract<Overheard, { is: 'broken' }>): void {
    const said = this.replies.get(agent)?.said ?? '';
    this.replies.delete(agent);
    if (said !== '') this.world.say(`The reply of ${agent} broke off and is ignored (${this.mask(why)}).`);
  }

  private draw(): void {
    const lines = [...this.replies].map(([agent, reply]) => {
      const said = agent === this.partner ? reply.said : '';
      return said === '' ? `${agent} is thinking …` : `${agent} is writing …\n${this.mask(said)}`;
    });
    this.world.sketch(lines.length > 0 ? lines.join('\n') : null);
  }
}
