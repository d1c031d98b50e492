/** One document of a YAML stream. `start` and `end` are offsets into the text, in UTF-16 units; `end` is exclusive. */
export type DocumentRange = { readonly start: number; readonly end: number; readonly text: string };

/**
 * Cuts a YAML stream into its documents, without parsing it. The ranges follow one another without a gap, so that
 * putting their texts together gives the stream again. What stands before a `---` and is no content (comments, blank
 * lines, directives) belongs to the document behind it; what stands after the last document belongs to that one.
 *
 * This needs no parser because a line that begins with `---` or `...`, and then white space or its end, is a marker
 * wherever it stands, in block and quoted scalars too: https://yaml.org/spec/1.2.2/#914-explicit-documents (rule 206,
 * `c-forbidden`). A line such as `---x` or an indented `---` is none.
 */
export const splitDocuments = (text: string): readonly DocumentRange[] => {
  const starts: number[] = text === '' ? [] : [0];
  let bare = true; // nothing but comments, blank lines and directives in this document so far
  for (let line = 0; line < text.length; ) {
    const newline = text.indexOf('\n', line);
    const next = newline === -1 ? text.length : newline + 1;
    const first = skipByteOrderMark(text, line);
    if (isMarker(text, first, '---')) {
      if (!bare) starts.push(line);
      bare = false;
    } else if (isMarker(text, first, '...')) {
      starts.push(next);
      bare = true;
    } else if (bare) {
      bare = !hasContent(text.slice(first, next));
    }
    line = next;
  }
  if (bare && starts.length > 1) starts.pop(); // comments, or nothing, behind a `...`
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    return { start, end, text: text.slice(start, end) };
  });
};

const isMarker = (text: string, offset: number, marker: '---' | '...'): boolean =>
  text.startsWith(marker, offset) && /^[ \t\r\n]?$/.test(text.charAt(offset + marker.length));

/** A byte order mark may open the stream. */
const skipByteOrderMark = (text: string, line: number): number =>
  line === 0 && text.charCodeAt(0) === 0xfeff ? 1 : line;

const hasContent = (line: string): boolean => !/^(?:%|[ \t]*(?:#|\r?\n?$))/.test(line);
