import { type Config, isPersonIn } from '../core/config.ts';
import { creditRelief } from '../core/relief.ts';
import { type Approval, agentState, inboxOf, type State } from '../core/state.ts';
import type { Fault } from '../schema/fault.ts';
import { count, oneLine } from './table.ts';

/** One thing that waits for a person, and the command that deals with it. */
export interface Need {
  what: 'mail' | 'approval' | 'dead-letter' | 'credits' | 'fault';
  /** Id of the message, approval or dead letter; the agent without credits, or its act that cannot be paid; the file with a fault. */
  id: string;
  text: string;
  command: string;
}

/** How much waits for a person. */
export interface NeedCounts {
  count: number;
  /** Unread mail that asks for attention: no notices. */
  mail: number;
  approvals: number;
  dead_letters: number;
  /** Agents whose mail waits because they have no credits, and acts that were approved and cannot be paid. */
  out_of_credits: number;
  faults: number;
}

/** What waits for that person, decisions first: held acts, agents without credits, faults, dead letters, mail. Pure. */
export function needsOf(config: Config, state: State, person: string, faults: readonly Fault[]): Need[] {
  return [
    ...approvalsFor(config, state, person).map(approvalNeed),
    ...starvedIn(state).map((agent) => creditsNeed(config, state, agent)),
    ...unpaidIn(state).map((approval) => unpaidNeed(config, state, approval)),
    ...faults.map(faultNeed),
    ...[...state.dead.values()].map(
      ({ id, reason, detail }): Need => ({
        what: 'dead-letter',
        id,
        text: `${reason}: ${oneLine(detail)}`,
        command: `lemming show ${id}`,
      }),
    ),
    ...inboxOf(state, person)
      .filter((mail) => mail.kind !== 'notice')
      .map(
        ({ id, from, subject }): Need => ({
          what: 'mail',
          id,
          text: `${from}: ${oneLine(subject)}`,
          command: `lemming read ${id}`,
        }),
      ),
  ];
}

/** Held acts that wait for that person's answer; one that asks for nobody who is there waits for everybody. */
export function approvalsFor(config: Config, state: State, person: string): Approval[] {
  return [...state.approvals.values()].filter(
    ({ answer, contacts }) =>
      answer === null && (contacts.includes(person) || !contacts.some((name) => isPersonIn(config, name))),
  );
}

/** Acts that were approved and cannot be paid, of agents that are not out of credits altogether. */
function unpaidIn(state: State): Approval[] {
  const starved = new Set(starvedIn(state));
  return [...state.approvals.values()].filter(
    ({ agent, answer }) => answer?.unpaid !== undefined && !starved.has(agent),
  );
}

/** Agents whose mail waits because they have no credits. */
export function starvedIn(state: State): string[] {
  const waits = (name: string): boolean => inboxOf(state, name).some((mail) => mail.kind !== 'notice');
  return [...state.inbox.keys()].filter((name) => agentState(state, name).starved && waits(name));
}

function approvalNeed({ id, agent, tool }: Approval): Need {
  return { what: 'approval', id, text: `${agent} wants to use ${tool}`, command: `lemming approve ${id}` };
}

function creditsNeed(config: Config, state: State, agent: string): Need {
  return {
    what: 'credits',
    id: agent,
    text: `${agent} is out of credits and its mail waits`,
    command: creditRelief(config, state, agent),
  };
}

function unpaidNeed(config: Config, state: State, { id, agent, tool }: Approval): Need {
  return {
    what: 'credits',
    id,
    text: `${agent} has not the credits to use ${tool}, which was approved`,
    command: creditRelief(config, state, agent),
  };
}

function faultNeed({ file = 'org', line, message, remedy }: Fault): Need {
  return { what: 'fault', id: file, text: `${line ? `line ${line}: ` : ''}${oneLine(message)}`, command: remedy };
}

/** How many of each. */
export function countNeeds(needs: readonly Need[]): NeedCounts {
  const of = (what: Need['what']): number => needs.filter((need) => need.what === what).length;
  return {
    count: needs.length,
    mail: of('mail'),
    approvals: of('approval'),
    dead_letters: of('dead-letter'),
    out_of_credits: of('credits'),
    faults: of('fault'),
  };
}

/** One line: how much waits for the person, and where it is dealt with; empty when nothing does. */
export function printNeeds({ count: all, mail, approvals, dead_letters, out_of_credits, faults }: NeedCounts): string {
  if (all === 0) return '';
  const parts = [
    approvals > 0 && `${count(approvals, 'act')} to approve or deny (lemming approvals)`,
    out_of_credits > 0 &&
      `${count(out_of_credits, 'agent')} out of credits (lemming top-up, or a cap in org/credits.yaml)`,
    faults > 0 && `${count(faults, 'fault')} in the configuration (lemming validate)`,
    dead_letters > 0 && `${count(dead_letters, 'dead letter')} (lemming show ID, lemming retry ID)`,
    mail > 0 && `${count(mail, 'message')} to read (lemming inbox)`,
  ];
  return `Needs you: ${parts.filter(Boolean).join(', ')}`;
}
