/** Packs the texts of a folder so that they can be searched together. */
import { type FoundFile, INDEX_VERSION, type Indexed } from './text-index.ts';

/** The packed texts of a folder: a row that describes them, and their bytes one after the other. */
export interface PackedBlock {
  folder: string;
  mark: string;
  /** JSON of `Row`, read only on demand. */
  row: Buffer;
  texts: Buffer;
}

interface PackedRow {
  names: string[];
  marks: string[];
  /** The size of each text in bytes. */
  sizes: number[];
}

export function blockOf(folder: string, mark: string, files: readonly Indexed[]): PackedBlock {
  const texts = files.map(({ text }) => Buffer.from(text));
  const row: PackedRow = {
    names: files.map(({ path }) => path.slice(folder.length + 1)),
    marks: files.map((file) => file.mark),
    sizes: texts.map(({ length }) => length),
  };
  return { folder, mark, row: Buffer.from(JSON.stringify(row)), texts: Buffer.concat(texts) };
}

/** A text in a block: its position among the bytes. */
interface TextPlace {
  path: string;
  mark: string;
  from: number;
  to: number;
}

function placesIn({ folder, row }: PackedBlock): TextPlace[] {
  const { names, marks, sizes } = JSON.parse(row.toString()) as PackedRow;
  let to = 0;
  return names.map((name, i) => {
    const from = to;
    to += sizes[i] as number;
    return { path: `${folder}/${name}`, mark: marks[i] as string, from, to };
  });
}

export function filesIn(block: PackedBlock): Indexed[] {
  return placesIn(block).map((place) => ({ path: place.path, mark: place.mark, text: textAt(block, place) }));
}

function textAt({ texts }: PackedBlock, { from, to }: TextPlace): string {
  return texts.toString('utf8', from, to);
}

/** The files of a block whose text contains one of the pieces. The bytes of all texts are searched together. */
export function filesHolding(block: PackedBlock, pieces: readonly Buffer[]): FoundFile[] {
  const sought = pieces.filter((piece) => block.texts.includes(piece));
  if (sought.length === 0) return [];
  const places = placesIn(block);
  const found = new Set(sought.flatMap((piece) => [...placesOf(piece, block.texts, places)]));
  return [...found].map((place) => ({ path: place.path, text: textAt(block, place) }));
}

function* placesOf(piece: Buffer, texts: Buffer, places: readonly TextPlace[]): Generator<TextPlace> {
  let n = 0;
  for (let at = texts.indexOf(piece); at >= 0; ) {
    while ((places[n] as TextPlace).to <= at) n++;
    const place = places[n] as TextPlace;
    const within = at + piece.length <= place.to;
    if (within) yield place;
    at = texts.indexOf(piece, within ? place.to : at + 1);
  }
}

/** Blocks as one file: a line with the version, a line with the table, the rows, the texts. */
export function pack(blocks: readonly PackedBlock[]): (string | Buffer)[] {
  const table = blocks.map(({ folder, mark, row, texts }) => [folder, mark, row.length, texts.length]);
  const rows = blocks.map(({ row }) => row);
  const texts = blocks.map((block) => block.texts);
  return [`${INDEX_VERSION}\n${JSON.stringify(table)}\n`, ...rows, ...texts];
}

/** The blocks of a file; null if it has another version. */
export function unpack(bytes: Buffer): PackedBlock[] | null {
  const head = bytes.indexOf('\n') + 1;
  if (bytes.toString('latin1', 0, head) !== `${INDEX_VERSION}\n`) return null;
  const rest = bytes.subarray(head);
  const start = rest.indexOf('\n') + 1;
  const table = JSON.parse(rest.toString('utf8', 0, start)) as [string, string, number, number][];
  let row = start;
  let text = table.reduce((sum, [, , size]) => sum + size, start);
  return table.map(([folder, mark, rowSize, textSize]) => {
    const block = { folder, mark, row: rest.subarray(row, row + rowSize), texts: rest.subarray(text, text + textSize) };
    row += rowSize;
    text += textSize;
    return block;
  });
}
