/** Prints the desk's answer with `--json`, else lines for a person. */
export function print(options, answer, lines) {
  process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${lines().join('\n')}\n`);
}

/** Lines of a table with aligned columns; none without rows. */
export function table(head, rows) {
  if (rows.length === 0) return [];
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
