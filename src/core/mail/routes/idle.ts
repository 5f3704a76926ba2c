/** Says which routes can never do anything. */
import type { Route } from '../../../schema/config/routes.ts';
import { type Config, mayWriteTo } from '../../model/config.ts';
import { isMeant } from './route.ts';

/** Why a route, or a part of it, never does anything, and where that stands in it. */
export interface IdleRoute {
  path: readonly string[];
  why: string;
}

/** What of a route the chart never lets happen, and what contradicts itself. Pure. */
export function idleIn(config: Config, { when, do: action }: Route): IdleRoute[] {
  const { from, to, priority } = when;
  const reach = (author: string, addresses: readonly string[] | undefined): boolean =>
    mayWriteTo(config, author).some((name) => isMeant(config, addresses, name));
  const isWritten = (also: (author: string) => boolean): boolean =>
    config.order.some((author) => isMeant(config, from, author) && reach(author, to) && also(author));
  if (!isWritten(() => true))
    return [{ path: ['when'], why: 'nobody whom it names in from may write to anybody whom it names in to' }];
  const idle = (['redirect', 'copy'] as const).flatMap((key): IdleRoute[] => {
    const addresses = action[key];
    if (addresses === undefined || isWritten((author) => reach(author, addresses))) return [];
    return [{ path: ['do', key], why: `no author of such mail may write to ${addresses.join(', ')}` }];
  });
  const isUrgent = (action.priority ?? 'urgent') === 'urgent' && priority?.every((one) => one === 'urgent') === true;
  if (action.digest && !action.digest.urgent && isUrgent)
    idle.push({ path: ['do', 'digest'], why: 'urgent mail is collected only with urgent: true' });
  return idle;
}
