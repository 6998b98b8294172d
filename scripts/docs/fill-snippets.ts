import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const snippet = /<!-- (examples\/[\w.-]+) -->\n\n```(\w+)\n[^]*?```/g;

/** The documents that show examples. */
export const documentsWithExamples = ['README.md', 'docs/sdk.md'];

/** The document with each code block under an `<!-- examples/… -->` mark filled from that file. */
export function fillSnippets(document: string, root: string): string {
  return document.replaceAll(snippet, (_block, file: string, language: string) => {
    const content = readFileSync(join(root, file), 'utf8').trimEnd();
    return `<!-- ${file} -->\n\n\`\`\`${language}\n${content}\n\`\`\``;
  });
}
