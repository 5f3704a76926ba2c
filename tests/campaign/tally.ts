import { expect } from 'vitest';

/** Counts the cases of a campaign and keeps what went wrong; says it, and fails when anything did. */
export class Tally {
  private cases = 0;
  private readonly failures: string[] = [];
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  add(one: unknown, wrong: readonly string[], cases = 1): void {
    this.cases += cases;
    if (wrong.length) this.failures.push(`${JSON.stringify(one)}: ${wrong.slice(0, 3).join(' | ')}`);
  }

  /** Prints `name: 1,234 cases, 0 failures` and holds that there were as many as wanted and none failed. */
  close(atLeast = 1): void {
    const text = `${this.name}: ${count(this.cases)} cases, ${count(this.failures.length)} failures`;
    console.log(text);
    expect(this.failures.slice(0, 10), text).toEqual([]);
    expect(this.cases).toBeGreaterThanOrEqual(atLeast);
  }
}

/** `1,234`, whatever the locale. */
function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
