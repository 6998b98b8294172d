import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { parseMarkdown, safeHref, type Block, type Inline } from './parse.ts';

const inlineTypes = new Set(['text', 'strong', 'em', 'del', 'code', 'link', 'break']);

function inlinesOf(blocks: readonly Block[]): readonly Inline[] {
  return blocks.flatMap((block): readonly Inline[] => {
    if (block.type === 'paragraph') return flat(block.children);
    if (block.type === 'quote') return inlinesOf(block.children);
    return block.type === 'list' ? inlinesOf(block.items.flat()) : [];
  });
}

const flat = (items: readonly Inline[]): readonly Inline[] =>
  items.flatMap((item) => [item, ...('children' in item ? flat(item.children) : [])]);

const hrefs = (text: string): readonly string[] =>
  inlinesOf(parseMarkdown(text)).flatMap((item) => (item.type === 'link' ? [item.href] : []));

const textOf = (text: string): string =>
  inlinesOf(parseMarkdown(text))
    .map((item) => (item.type === 'text' || item.type === 'code' ? item.text : ''))
    .join('');

describe('script in chat', () => {
  const dangerous = [
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](\u0001javascript:alert(1))',
    '[x]( javascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:msgbox(1))',
    '[x](blob:https://example.org/1)',
    '[x](file:///etc/passwd)',
    '[x](//example.org)',
    '[x](/relative)',
    '[x](#hash)',
    '<javascript:alert(1)>',
    '![x](javascript:alert(1))',
    '[x]: javascript:alert(1)\n\n[x]',
    '[![a](javascript:alert(1))](javascript:alert(2))',
  ];
  for (const text of dangerous)
    test(`${JSON.stringify(text)} leads nowhere`, () => {
      expect(hrefs(text)).toEqual([]);
    });

  const html = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<svg/onload=alert(1)>', '<b>x</b>'];
  for (const text of html)
    test(`${text} is shown as it was written`, () => {
      expect(textOf(text)).toBe(text);
    });

  test('an image is shown as it was written: no request leaves the origin', () => {
    expect(textOf('![cat](https://example.org/cat.png)')).toBe('![cat](https://example.org/cat.png)');
  });

  test('whatever is typed, only chosen elements and schemes come out', () => {
    const piece = fc.constantFrom(
      '[a](',
      'javascript:',
      'https://e.org',
      ')',
      '<a href="',
      '">',
      '**',
      '_',
      '`',
      '\n',
      '> ',
      '- ',
      '&#x6a;',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const item of inlinesOf(parseMarkdown(pieces.join('')))) {
          expect(inlineTypes.has(item.type)).toBe(true);
          if (item.type === 'link') expect(item.href).toMatch(/^(https?:|mailto:)/);
        }
      }),
    );
  });

  test('nesting of a thousand levels is answered without trouble', () => {
    expect(parseMarkdown('> '.repeat(1_000) + 'deep').length).toBeGreaterThan(0);
    expect(parseMarkdown('**_'.repeat(1_000) + 'deep').length).toBeGreaterThan(0);
    expect(parseMarkdown(`${'['.repeat(2_000)}a${']'.repeat(2_000)}`).length).toBeGreaterThan(0);
  });
});

describe('what is kept of markdown', () => {
  test('web and mail addresses become links', () => {
    expect(hrefs('see https://example.org/a_b and mail a@example.org')).toEqual([
      'https://example.org/a_b',
      'mailto:a@example.org',
    ]);
    expect(hrefs('[docs](https://example.org)')).toEqual(['https://example.org/']);
  });

  test('emphasis, code, quotes and lists are told apart', () => {
    expect(parseMarkdown('a **b** *c* ~~d~~ `e`')[0]).toMatchObject({
      type: 'paragraph',
      children: [
        { text: 'a ' },
        { type: 'strong' },
        {},
        { type: 'em' },
        {},
        { type: 'del' },
        {},
        { type: 'code', text: 'e' },
      ],
    });
    expect(parseMarkdown('> q').map((block) => block.type)).toEqual(['quote']);
    expect(parseMarkdown('3. a\n4. b')[0]).toMatchObject({ type: 'list', isOrdered: true, start: 3 });
    expect(parseMarkdown('```js\na < b\n```')[0]).toEqual({ type: 'code', text: 'a < b', language: 'js' });
  });

  test('headings, tables, rules and indented lines stay text', () => {
    for (const text of ['# big', '| a |\n|---|\n| b |', '---', '    indented'])
      expect(parseMarkdown(text)[0]?.type).toBe('paragraph');
  });

  test('a line break is a line break', () => {
    expect(inlinesOf(parseMarkdown('a\nb')).map((item) => item.type)).toEqual(['text', 'break', 'text']);
  });
});

test('an address without a scheme, or of an unknown one, is not safe', () => {
  expect(safeHref('example.org')).toBeUndefined();
  expect(safeHref('ftp://example.org')).toBeUndefined();
  expect(safeHref('https://')).toBeUndefined();
  expect(safeHref('https://example.org/ü')).toBe('https://example.org/%C3%BC');
});

describe('a text that would take long to read', () => {
  test.each(['*a_', '- ', '* * ', '\\', '[', '_', '`a', '![]('])(
    '%s over and over is shown as it was written',
    (signs) => {
      const text = signs.repeat(8_000 / signs.length);
      expect(parseMarkdown(text)).toEqual([{ type: 'paragraph', children: [{ type: 'text', text }] }]);
    },
  );

  test('signs within a block of code do not count', () => {
    const code = 'a_b[*c*] - '.repeat(500);
    expect(parseMarkdown(`*look*\n\`\`\`\n${code}\n\`\`\``).map(({ type }) => type)).toEqual(['paragraph', 'code']);
  });
});
