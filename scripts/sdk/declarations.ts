import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseSync, type Comment } from 'oxc-parser';
import { readDocstring, type Docstring } from './docstring.ts';

/** One thing a program can name or call, with what its docstring says. */
export interface Described extends Docstring {
  readonly name: string;
  /** As it stands in the source, in one line. */
  readonly signature: string;
}

export interface Declaration extends Described {
  readonly kind: 'interface' | 'type' | 'function';
  /** Fields and methods, or the variants of a union. */
  readonly members: readonly Described[];
}

/** The little of the syntax tree that is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string };
  readonly key?: { readonly name?: string };
  readonly declaration?: Node;
  readonly body?: Node | readonly Node[];
  readonly types?: readonly Node[];
  readonly typeAnnotation?: Node;
  readonly returnType?: Node | null;
}

/** Every exported declaration of a module, in its order. */
export function readDeclarations(path: string): readonly Declaration[] {
  const text = readFileSync(path, 'utf8');
  const { program, comments, errors } = parseSync(basename(path), text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const source = new Source(text, comments);
  return (program.body as unknown as readonly Node[])
    .filter((node) => node.type === 'ExportNamedDeclaration')
    .flatMap((node) => (node.declaration ? source.declaration(node, node.declaration) : []));
}

class Source {
  readonly #text: string;
  readonly #comments: readonly Comment[];

  constructor(text: string, comments: readonly Comment[]) {
    this.#text = text;
    this.#comments = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  }

  declaration(exported: Node, node: Node): Declaration[] {
    const about = { name: node.id?.name ?? '', ...this.#docstring(exported) };
    if (node.type === 'TSInterfaceDeclaration') return [{ ...about, kind: 'interface', ...this.#interface(node) }];
    if (node.type === 'TSTypeAliasDeclaration') return [{ ...about, kind: 'type', ...this.#alias(node) }];
    if (node.type !== 'FunctionDeclaration') return [];
    const end = (node.body as Node).start;
    return [{ ...about, kind: 'function', signature: this.#line(node.start, end), members: [] }];
  }

  #interface(node: Node): Pick<Declaration, 'signature' | 'members'> {
    const body = node.body as Node;
    const members = body.body as readonly Node[];
    return { signature: this.#line(node.start, body.start), members: members.map((member) => this.#member(member)) };
  }

  #member(node: Node): Described {
    const signature = this.#line(node.start, node.end)
      .replace(/^readonly /, '')
      .replace(/;$/, '');
    return { name: node.key?.name ?? signature, signature, ...this.#docstring(node) };
  }

  #alias(node: Node): Pick<Declaration, 'signature' | 'members'> {
    const type = node.typeAnnotation;
    const variants = (type?.types ?? []).filter((variant) => variant.type === 'TSTypeLiteral');
    return { signature: this.#line(node.start, node.end), members: variants.map((variant) => this.#variant(variant)) };
  }

  #variant(node: Node): Described {
    const signature = this.#line(node.start, node.end).replaceAll('readonly ', '');
    return { name: /type: '([\w.]+)'/.exec(signature)?.[1] ?? signature, signature, ...this.#docstring(node) };
  }

  /** Of the comment that ends right before a node. */
  #docstring(node: Node): Docstring {
    const before = this.#comments.findLast(({ end }) => end <= node.start);
    const isNext = before !== undefined && /^[\s|]*$/.test(this.#text.slice(before.end, node.start));
    return readDocstring(isNext ? before.value : '');
  }

  #line(start: number, end: number): string {
    return this.#text
      .slice(start, end)
      .replaceAll(/\/\*\*[^]*?\*\//g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/([([]) | ([)\]])/g, '$1$2')
      .replaceAll(/,([)\]}])/g, '$1')
      .trim();
  }
}
