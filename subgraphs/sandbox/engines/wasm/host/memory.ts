/** A module that is none, or asks for what it may not have. The sentence is the program's to read. */
export class ModuleError extends Error {}

export const PAGE_BYTES = 65_536;

const HEADER_BYTES = 8;
const IMPORTS = 2;
const MEMORIES = 5;
const MEMORY_IMPORT = 2;

interface Section {
  readonly id: number;
  /** Where the section begins, and where its content does and ends. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

interface MemoryType {
  readonly initialPages: number;
  /** Null when it may grow as far as it can. */
  readonly mostPages: number | null;
}

interface Numbered {
  readonly value: number;
  readonly next: number;
}

const readNumber = (bytes: Uint8Array, at: number): Numbered => {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80 && value <= 0xffff_ffff) return { value, next: at + index + 1 };
  }
  throw new ModuleError('it is cut off, or a number in it is too long');
};

const writeNumber = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...writeNumber(Math.floor(value / 0x80))];

const writeSection = (id: number, content: readonly number[]): Uint8Array =>
  Uint8Array.from([id, ...writeNumber(content.length), ...content]);

const sectionsOf = (bytes: Uint8Array): readonly Section[] => {
  const sections: Section[] = [];
  for (let start = HEADER_BYTES; start < bytes.length;) {
    const { value: size, next: content } = readNumber(bytes, start + 1);
    const end = content + size;
    if (end > bytes.length) throw new ModuleError('it is cut off');
    sections.push({ id: bytes[start] ?? 0, start, content, end });
    start = end;
  }
  return sections;
};

/** The only memory of a module; null when it has none. */
const memoryOf = (bytes: Uint8Array, { content }: Section): MemoryType | null => {
  const { value: count, next } = readNumber(bytes, content);
  if (count === 0) return null;
  if (count > 1) throw new ModuleError('it has more than one memory');
  const flags = bytes[next] ?? 0;
  // Shared memory, 64-bit addresses and pages of other sizes.
  if (flags > 1) throw new ModuleError('its memory is shared, or of another kind than 32 bits and pages of 64 KiB');
  const { value: initialPages, next: after } = readNumber(bytes, next + 1);
  return { initialPages, mostPages: flags === 1 ? readNumber(bytes, after).value : null };
};

const join = (pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(pieces));

/** Refuses a memory that would have to begin larger than it may become. */
export const checkInitial = (initialPages: number, mostPages: number): void => {
  if (initialPages > mostPages) {
    throw new ModuleError(
      `it needs ${initialPages * PAGE_BYTES} bytes of memory, and may have ${mostPages * PAGE_BYTES}`,
    );
  }
};

/**
 * The same module with a memory that grows no further than so many pages of 64 KiB.
 * @throws ModuleError when it begins with more, or its memory is of a kind that cannot be bounded
 */
export const clampMemory = (bytes: Uint8Array, mostPages: number): Uint8Array<ArrayBuffer> => {
  const section = sectionsOf(bytes).find(({ id }) => id === MEMORIES);
  const memory = section === undefined ? null : memoryOf(bytes, section);
  if (section === undefined || memory === null) return join([bytes]);
  checkInitial(memory.initialPages, mostPages);
  const most = Math.min(memory.mostPages ?? mostPages, mostPages);
  const clamped = writeSection(MEMORIES, [1, 1, ...writeNumber(memory.initialPages), ...writeNumber(most)]);
  return join([bytes.subarray(0, section.start), clamped, bytes.subarray(section.end)]);
};

/** The name under which `importMemory` has a module ask for its memory. */
export const MEMORY = { module: 'studio', name: 'memory' } as const;

const nameBytes = (name: string): readonly number[] => [...writeNumber(name.length), ...Buffer.from(name)];

/**
 * The same module with a memory that is given to it, so that one compiled module serves jobs with different bounds.
 * @throws ModuleError when it has no memory of its own, or no imports
 */
export const importMemory = (
  bytes: Uint8Array,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly initialPages: number } => {
  const sections = sectionsOf(bytes);
  const imports = sections.find(({ id }) => id === IMPORTS);
  const memories = sections.find(({ id }) => id === MEMORIES);
  const memory = memories === undefined ? null : memoryOf(bytes, memories);
  if (imports === undefined || memories === undefined || memory === null) {
    throw new ModuleError('it has no memory or no imports');
  }
  const { value: count, next } = readNumber(bytes, imports.content);
  const entry = [
    ...nameBytes(MEMORY.module),
    ...nameBytes(MEMORY.name),
    MEMORY_IMPORT,
    ...(memory.mostPages === null ? [0] : [1]),
    ...writeNumber(memory.initialPages),
    ...(memory.mostPages === null ? [] : writeNumber(memory.mostPages)),
  ];
  const content = [...writeNumber(count + 1), ...bytes.subarray(next, imports.end), ...entry];
  return {
    bytes: join([
      bytes.subarray(0, imports.start),
      writeSection(IMPORTS, content),
      bytes.subarray(imports.end, memories.start),
      bytes.subarray(memories.end),
    ]),
    initialPages: memory.initialPages,
  };
};
