/** One assignment of a unit file (systemd.syntax(7)). */
export interface UnitEntry {
  readonly section: string;
  readonly key: string;
  /** Continuation lines joined with a space; quoting and specifiers as they stand. */
  readonly value: string;
  /** The line that the assignment begins on, counted from 1. */
  readonly line: number;
}

/**
 * Parses a unit file or a drop-in. Lines that begin with `#` or `;` are comments, also between the
 * lines of a continued assignment; a line that is none of these is skipped, as systemd does.
 */
export function parseUnitFile(text: string): readonly UnitEntry[] {
  const entries: UnitEntry[] = [];
  let section = '';
  for (const { content, line } of logicalLines(text)) {
    const header = /^\[([^\]]*)\]$/.exec(content);
    const assignment = /^([^=]*?)\s*=\s*(.*)$/s.exec(content);
    if (header !== null) section = header[1] ?? '';
    else if (assignment !== null) {
      entries.push({ section, key: assignment[1] ?? '', value: assignment[2] ?? '', line });
    }
  }
  return entries;
}

function logicalLines(text: string): { content: string; line: number }[] {
  const lines: { content: string; line: number }[] = [];
  let open: { content: string; line: number } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (/^[#;]/.test(content)) continue;
    const continues = content.endsWith('\\');
    const part = continues ? content.slice(0, -1) : content;
    const joined = open === undefined ? part : `${open.content} ${part}`;
    const current = { content: joined, line: open?.line ?? index + 1 };
    if (continues) {
      open = current;
      continue;
    }
    open = undefined;
    if (joined.trim() !== '') lines.push({ ...current, content: joined.trim() });
  }
  if (open !== undefined && open.content.trim() !== '') {
    lines.push({ ...open, content: open.content.trim() });
  }
  return lines;
}
