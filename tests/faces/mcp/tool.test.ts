import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandFiles } from '../../../scripts/commands.ts';
import type { Right } from '../../../src/commands/command.ts';
import { leavesOf } from '../../../src/commands/leaves.ts';
import { offeredTo } from '../../../src/faces/mcp/offer.ts';
import { inputFor, toolName, toolOf } from '../../../src/faces/mcp/tool.ts';
import { FaultError } from '../../../src/schema/fault.ts';
import { commands } from './world.ts';

const ALL = new Set<Right>(['look', 'turns', 'approvals', 'money', 'edit']);
const offered = offeredTo(ALL, commands);
const named = (name: string) => offered.find((command) => command.name === name)!;

function refusalOf(name: string, given: unknown): string {
  try {
    inputFor(named(name), given);
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code;
    throw error;
  }
  return 'taken';
}

describe('what is offered', () => {
  const names = (...rights: Right[]) => offeredTo(new Set(rights), commands).map(({ name }) => name);

  it('with the seat alone is mail and tables', () =>
    expect(names()).toEqual([
      'ack',
      'chart',
      'costs',
      'history',
      'inbox',
      'read',
      'reply',
      'search',
      'send',
      'status',
    ]));

  it('grows by what is allowed, and by nothing else', () => {
    const more = (right: Right) => names(right).filter((name) => !names().includes(name));
    expect(more('turns')).toEqual(['plan', 'run-once', 'step']);
    expect(more('approvals')).toEqual(['approvals', 'approve', 'deny']);
    expect(more('look')).not.toContain('approve');
    for (const { name, reads } of offeredTo(new Set<Right>(['look']), commands))
      if (!names().includes(name)) expect([name, reads]).toEqual([name, true]);
  });

  it('with all rights is more of the parts of the organisation', () => {
    const all = names(...ALL);
    for (const name of ['agent list', 'agent show', 'skill list', 'tool show', 'policies list', 'taint list'])
      expect(names('look')).toContain(name);
    expect(names('money')).toEqual(expect.arrayContaining(['top-up', 'reconcile']));
    for (const name of ['agent create', 'agent retire', 'skill enable', 'policies revoke', 'pause', 'resume', 'undo']) {
      expect(names('edit')).toContain(name);
      expect(names('look', 'turns', 'approvals', 'money')).not.toContain(name);
    }
    expect(all).not.toContain('agent');
  });

  it('never holds what reaches beyond the organisation', () => {
    const all = names(...ALL);
    for (const name of ['redact', 'reset', 'restore', 'import', 'trust', 'mcp', 'chat', 'run', 'skill import'])
      expect(all).not.toContain(name);
    expect(all).not.toContain('agent export');
    const flags = offered.flatMap((command) => command.flags.map((flag) => `${command.name} --${flag.name}`));
    for (const flag of [
      'send --attach',
      'step --unsafe-host',
      'run-once --unsafe-host',
      'approve --by',
      'deny --by',
      'health --providers',
      'logs --follow',
      'search --memory',
      'search --like',
      'search --agent',
    ])
      expect(flags).not.toContain(flag);
  });

  it('holds all that docs/mcp.md names in the row of its right', () => {
    const page = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8');
    const rowFor = (right: string): string[] => {
      const row = page.split('\n').find((line) => line.startsWith(right)) ?? '';
      return [...(row.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    };
    const own = offeredTo(new Set(), commands).map(toolName);
    expect(own).toEqual(expect.arrayContaining(rowFor('| the seat alone')));
    for (const right of ALL) {
      const row = rowFor(`| \`--allow ${right}\``);
      expect(row.length).toBeGreaterThan(1);
      expect(offeredTo(new Set([right]), commands).map(toolName)).toEqual(expect.arrayContaining(row));
    }
  });

  it('has an option only with the right that the option takes', () => {
    const flagsOf = (...rights: Right[]) =>
      offeredTo(new Set(rights), commands)
        .find(({ name }) => name === 'agent create')
        ?.flags.map(({ name }) => name);
    expect(flagsOf('edit')).not.toContain('credits');
    expect(flagsOf('edit', 'money')).toContain('credits');
  });

  it('can be read where its address names its first argument', () => {
    const shelves = offered.filter(({ resource }) => resource !== undefined);
    expect(shelves.map(({ name }) => name)).toEqual(expect.arrayContaining(['status', 'read', 'memory', 'show']));
    for (const { resource, args, reads, name } of shelves) {
      const argument = /\{(\w+)\}/.exec(resource?.uri ?? '')?.[1];
      expect([name, args.slice(0, 1).map((arg) => arg.name)]).toEqual([name, argument === undefined ? [] : [argument]]);
      expect([name, reads || name === 'read']).toEqual([name, true]);
    }
  });
});

const outputs = new Map(
  (await commandFiles()).flatMap(({ command }) => leavesOf(command)).map((leaf) => [leaf.name, leaf.output]),
);

describe.each(offered.map((leaf) => [toolName(leaf), leaf] as const))('the tool %s', (name, leaf) => {
  it('takes the arguments and options of the command, each by its own name', () => {
    const { inputSchema, outputSchema, description, annotations } = toolOf(leaf, outputs.get(leaf.name)!);
    const names = [...leaf.args, ...leaf.flags].map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(inputSchema.properties ?? {})).toEqual(names);
    const needed = leaf.args.flatMap((arg) => (arg.optional ? [] : arg.name));
    expect(inputSchema.required ?? []).toEqual(needed);
    expect(outputSchema?.type).toBe('object');
    expect(description).toBe(`${leaf.summary}.`);
    expect(annotations?.readOnlyHint).toBe(leaf.reads);
    expect(name).toMatch(/^[a-z_-]{1,64}$/);
  });
});

describe('what an assistant gives', () => {
  it('becomes the input that the command line would have made', () => {
    expect(inputFor(named('send'), { agent: 'hr', text: 'one two', priority: 'high', 'reply-to': 'x' })).toEqual({
      args: { agent: 'hr' },
      rest: ['one two'],
      flags: expect.objectContaining({ priority: 'high', 'reply-to': 'x', subject: undefined }),
    });
    expect(inputFor(named('inbox'), { all: true, unread: false }).flags).toEqual({ all: true, unread: undefined });
    expect(inputFor(named('history'), { turns: 3 }).flags).toEqual({ turns: 3 });
    expect(inputFor(named('status'), undefined)).toEqual({ args: {}, rest: [], flags: {} });
  });

  it('is refused when it does not fit', () => {
    expect(refusalOf('send', { agent: 'hr' })).toBe('usage');
    expect(refusalOf('send', { agent: ['hr'], text: 'x' })).toBe('usage');
    expect(refusalOf('send', { agent: 'hr', text: 'x', attach: ['/etc/passwd'] })).toBe('usage');
    expect(refusalOf('send', { agent: 'hr', text: 'x', priority: 'HIGH' })).toBe('usage');
    expect(refusalOf('history', { turns: 0 })).toBe('usage');
    expect(refusalOf('history', { turns: 1.5 })).toBe('usage');
    expect(refusalOf('history', { turns: '3' })).toBe('usage');
    expect(refusalOf('status', [])).toBe('usage');
    expect(refusalOf('status', { constructor: 'x' })).toBe('usage');
    expect(refusalOf('status', JSON.parse('{"__proto__": {"all": true}}'))).toBe('usage');
  });
});
