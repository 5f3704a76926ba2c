/** Says in words what routes made of a message. */
import { cut } from '../../../schema/print.ts';
import type { Message } from '../../../schema/records/message.ts';
import type { Collected, Routed } from './route.ts';

/** `By the route billing: to accountant (addressed to manager).` Empty when nothing was changed. */
export function routeText({ message, digest = {} }: Pick<Routed, 'message' | 'digest'>): string {
  return inWords(message, [
    ...Object.entries(message.became ?? {}).map(([name, id]) => `task ${id} for ${name}`),
    ...Object.entries(digest).map(([name, until]) => `collected for ${name} ${untilText(until)}`),
  ]);
}

/** The same before it is sent: without what depends on the turn. */
export function routeShown({ message, digest = {} }: Pick<Routed, 'message' | 'digest'>): string {
  return inWords(message, [
    ...Object.keys(message.became ?? {}).map((name) => `as a task for ${name}`),
    ...Object.keys(digest).map((name) => `collected for ${name}`),
  ]);
}

function inWords({ routes = [], to, addressed, priority }: Message, more: readonly string[]): string {
  if (routes.length === 0) return '';
  const where = addressed && `to ${to.join(', ') || 'nobody as mail'} (addressed to ${addressed.join(', ')})`;
  const parts = [...(where ? [where] : []), ...more];
  const by = `By the ${routes.length === 1 ? 'route' : 'routes'} ${routes.join(', ')}`;
  return `${by}: ${parts.join('; ') || `priority ${priority}`}.`;
}

function untilText({ turn, count }: Collected): string {
  return `until turn ${turn}${count === undefined ? '' : ` or until there are ${count} messages`}`;
}

/** What a route would have done and did not, because the author may not. */
export function leftOutText({ route, text }: Routed['leftOut'][number]): string {
  return `The route ${route} was not followed in full: ${text}`;
}

/** The title and text of the task that a message becomes. */
export function taskOf({ id, subject, body }: Message): { title: string; body: string } {
  const title = cut(subject.replace(/\s+/g, ' ').trim(), 200).trim() || 'message';
  return { title, body: `${body}\n\nThis was message ${id}.` };
}
