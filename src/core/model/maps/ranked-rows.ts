/** Rows in order, by owner and rank: each change costs a search, and nobody sorts them again. */

/** A row that stands in one place at a time. */
interface PlacedRow<Row> {
  row: Row;
  rows: Row[];
}

/** For each owner some ranks, and in each rank rows in an order in which no two are equal. */
export class RankedRows<Row extends { id: string }> {
  private readonly order: (a: Row, b: Row) => number;
  /** Owner → its rows, by rank. */
  private readonly owners = new Map<string, Row[][]>();
  private readonly placed = new Map<string, PlacedRow<Row>>();

  constructor(order: (a: Row, b: Row) => number) {
    this.order = order;
  }

  /** Puts a row that stands nowhere. */
  put(owner: string, row: Row, rank = 0): void {
    const ranks = this.owners.get(owner) ?? [];
    this.owners.set(owner, ranks);
    while (ranks.length <= rank) ranks.push([]);
    const rows = ranks[rank] as Row[];
    rows.splice(this.placeOf(rows, row), 0, row);
    this.placed.set(row.id, { row, rows });
  }

  /** Takes a row out, if it stands anywhere. */
  take(id: string): void {
    const found = this.placed.get(id);
    if (!found) return;
    found.rows.splice(this.placeOf(found.rows, found.row), 1);
    this.placed.delete(id);
  }

  /** The rows of an owner, the highest rank first. */
  *of(owner: string): Generator<Row> {
    const ranks = this.owners.get(owner) ?? [];
    for (let rank = ranks.length - 1; rank >= 0; rank--) yield* ranks[rank] as Row[];
  }

  /** How many rows an owner has. */
  count(owner: string): number {
    return (this.owners.get(owner) ?? []).reduce((sum, rows) => sum + rows.length, 0);
  }

  /** The first place whose row does not come before this one. */
  private placeOf(rows: readonly Row[], row: Row): number {
    let [from, to] = [0, rows.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.order(rows[middle] as Row, row) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
