/** Collects lines as bytes until they are written together. */

/** Bytes that a first line finds room in. */
const START = 8192;
const NEWLINE = 10;
/** Most bytes of UTF-8 for one unit of a string. */
const WIDEST = 3;

/** Lines that wait to be written together. They wait as bytes: the garbage collector would carry strings along until then. */
export class LineBuffer {
  /** How many. */
  count = 0;
  private buffer = Buffer.alloc(0);
  private end = 0;

  add(line: string): void {
    const most = this.end + line.length * WIDEST + 1;
    if (most > this.buffer.length) this.grow(most);
    this.end += this.buffer.write(line, this.end);
    this.buffer[this.end++] = NEWLINE;
    this.count++;
  }

  /** All of them, each with its end. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }

  private grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(START, least, this.buffer.length * 2));
    larger.set(this.bytes());
    this.buffer = larger;
  }
}
