import { SqliteQueryCompiler, type SelectQueryNode } from 'kysely';

/**
 * Writes parameters of joins as `(select ?)`. SQLite plans a join for the values that are bound, and plans it anew each
 * time other values are bound, which takes ten times as long as running it; a sub-query hides the value from the planner.
 */
export class JoinSafeCompiler extends SqliteQueryCompiler {
  private joins = 0;

  protected override visitSelectQuery(node: SelectQueryNode): void {
    const isJoin = (node.joins?.length ?? 0) > 0 || (node.from?.froms.length ?? 0) > 1;
    if (isJoin) this.joins++;
    super.visitSelectQuery(node);
    if (isJoin) this.joins--;
  }

  protected override getCurrentParameterPlaceholder(): string {
    return this.joins > 0 ? '(select ?)' : '?';
  }
}
