/** Reads contacts, and checks who may be asked. */
import type { Contact } from '../../core/model/config.ts';
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import type { ContactHead } from '../../schema/config/unit.ts';
import type { Fault } from '../../schema/fault.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { type ConfigSource, References } from './source.ts';

/** The contacts by file name, sorted. One with a fault is skipped. */
export function readContacts(
  sources: Iterable<[id: string, ConfigSource<ContactHead>]>,
  resumes: ReadonlyMap<string, Resume>,
): { contacts: ReadonlyMap<string, Contact>; faults: Fault[] } {
  const contacts: [string, Contact][] = [];
  const faults: Fault[] = [];
  const people = new Set([...resumes.values()].filter(({ person }) => person).map(({ name }) => name));
  for (const [id, source] of sources) {
    const references = new References();
    const seat = source.value?.seat;
    if (seat !== undefined) references.need(seat, people, 'person', source, ['seat']);
    faults.push(...source.faults, ...references.faults);
    if (source.value && references.faults.length === 0) contacts.push([id, contactOf(id, source, people)]);
  }
  return { contacts: new Map(contacts.sort(([a], [b]) => byCodeUnit(a, b))), faults };
}

function contactOf(id: string, { value, body }: ConfigSource<ContactHead>, people: ReadonlySet<string>): Contact {
  const { name = id, seat = null, channel = '', language = '', hours = '', preferences = [] } = value ?? {};
  return {
    name,
    seat: seat ?? (people.has(id) ? id : null),
    channel,
    language,
    hours,
    preferences,
    notes: body.trim(),
  };
}

/**
 * Checks that everybody who may be asked is a person, or the contact of one. An agent whose resume is broken is not reported
 * again.
 */
export function checkAsked(
  source: ConfigSource<OrgFile>,
  agents: ReadonlySet<string>,
  resumes: ReadonlyMap<string, Resume>,
  contacts: ReadonlyMap<string, Contact>,
  references: References,
): void {
  const people = [...agents].filter((name) => resumes.get(name)?.person !== false);
  const known = new Set([...people, ...[...contacts].filter(([, { seat }]) => seat !== null).map(([id]) => id)]);
  const need = (name: string, path: PropertyKey[]): void => references.need(name, known, 'person', source, path);
  source.value?.policies.forEach((policy, i) => {
    if (typeof policy.do === 'object')
      for (const [j, name] of policy.do.ask.entries()) need(name, ['policies', i, 'do', 'ask', j]);
  });
  const said = (source.data as { approvals?: { escalate_to?: unknown } } | null)?.approvals?.escalate_to;
  if (said !== undefined)
    for (const [i, name] of (source.value?.approvals.escalate_to ?? []).entries())
      need(name, ['approvals', 'escalate_to', i]);
}
