/** Text for a cell of a table: bars, angle brackets and braces mean themselves. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('{', '&#123;').replaceAll('\n', ' ');
}

/** Text outside of code, for a page that Vue compiles. */
export function prose(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export function code(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Joined with empty lines, without those that have nothing to say, and with the newline that ends a file. */
export function page(...blocks: readonly (string | null)[]): string {
  return `${blocks.filter((block) => block !== null && block !== '').join('\n\n')}\n`;
}

/** Every generated page says so, and says where it comes from. */
export function frontMatter(title: string, description: string, more: readonly string[] = []): string {
  const lines = [`title: ${JSON.stringify(title)}`, `description: ${JSON.stringify(description)}`, ...more];
  return `---\n${lines.join('\n')}\neditLink: false\n---\n\n<!-- Generated from core/contract by \`pnpm gen\`. Do not edit. -->`;
}
