// Places in a text: the server counts lines and columns from one, in characters; an editor counts from zero, in the units
// of a string.

/** Where in `text` a line and a column are; past the end of the line, its end. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const characters = [...text.slice(start, end < 0 ? text.length : end)];
  return start + characters.slice(0, Math.max(0, column - 1)).join('').length;
}

/** The line, from one, on which an item begins; none when it is not there. */
export function lineOfItem(text: string, item: string): number | undefined {
  const lines = text.split('\n');
  const items = lines.findIndex((line) => /^items:/.test(line));
  if (items < 0) return undefined;
  const name = item.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const at = lines.findIndex((line, index) => index > items && new RegExp(`^\\s+["']?${name}["']?\\s*:`).test(line));
  return at < 0 ? undefined : at + 1;
}
