import {
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type CreateTableNode,
  type InsertQueryNode,
  type OnConflictNode,
  type ReturningNode,
} from 'kysely';
import type { DialectParts } from './pooled-dialect.ts';

export function mySqlDialect(collation: string): DialectParts {
  return {
    createAdapter: () => new MySqlAdapter(),
    createQueryCompiler: () => new MySqlCompiler(collation),
    createIntrospector: (db) => new MysqlIntrospector(db),
  };
}

/** Kysely asks the adapter whether an insert may be asked for what it has made. */
class MySqlAdapter extends MysqlAdapter {
  override get supportsReturning(): boolean {
    return true;
  }
}

/**
 * Writes what our queries say in the other engines' words: `on conflict do nothing`, and the id of a row that was inserted,
 * which the server tells without being asked. Texts of all tables are compared by code points.
 */
class MySqlCompiler extends MysqlQueryCompiler {
  private readonly collation: string;
  /** That of the insert that is being compiled, to be set to itself where there is a conflict. */
  private column: Required<InsertQueryNode>['columns'][number] | undefined;

  constructor(collation: string) {
    super();
    this.collation = collation;
  }

  protected override visitCreateTable(node: CreateTableNode): void {
    super.visitCreateTable(node);
    this.append(` engine = InnoDB character set utf8mb4 collate ${this.collation}`);
  }

  protected override visitInsertQuery(node: InsertQueryNode): void {
    this.column = node.columns?.[0];
    super.visitInsertQuery(node);
  }

  protected override visitOnConflict({ doNothing }: OnConflictNode): void {
    if (doNothing !== true || this.column === undefined)
      throw new TypeError('On MySQL a conflict can only do nothing.');
    this.append('on duplicate key update ');
    this.visitNode(this.column);
    this.append(' = ');
    this.visitNode(this.column);
  }

  protected override visitReturning({ selections }: ReturningNode): void {
    const [selection] = selections;
    const isId =
      this.parentNode?.kind === 'InsertQueryNode' &&
      selections.length === 1 &&
      selection?.selection.kind === 'ReferenceNode' &&
      selection.selection.column.kind === 'ColumnNode' &&
      selection.selection.column.column.name === 'id';
    if (!isId) throw new TypeError('On MySQL only the id of an inserted row can be returned.');
  }
}
