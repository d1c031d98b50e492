import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;

/**
 * Unpacks an archive as `osls` makes them: no encryption, no ZIP64.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export const unzip = async (archive: string, directory: string): Promise<void> => {
  const bytes = await readFile(archive);
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < 0) throw new Error(`${archive} is no zip archive`);
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const method = bytes.readUInt16LE(at + 10);
    const compressed = bytes.readUInt32LE(at + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      bytes.readUInt16LE(at + offset),
    );
    const name = bytes.toString('utf8', at + 46, at + 46 + (nameLength ?? 0));
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const data = bytes.subarray(start, start + compressed);
    const file = path.join(directory, name);
    if (!name.endsWith('/')) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, method === 0 ? data : inflateRawSync(data));
    }
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
};
