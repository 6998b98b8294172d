/** How many connections each user has in a place. Small while it holds one user, because most topics hold few. */
export class UserTally {
  private firstId = 0;
  private firstCount = 0;
  private others: Map<number, number> | undefined;

  /** Distinct users. */
  get size(): number {
    return (this.firstCount > 0 ? 1 : 0) + (this.others?.size ?? 0);
  }

  add(userId: number): void {
    if (this.others?.has(userId)) this.others.set(userId, (this.others.get(userId) ?? 0) + 1);
    else if (this.firstCount === 0 || this.firstId === userId) {
      this.firstId = userId;
      this.firstCount++;
    } else {
      this.others ??= new Map();
      this.others.set(userId, 1);
    }
  }

  remove(userId: number): void {
    const count = this.others?.get(userId);
    if (count === undefined) {
      if (this.firstId === userId && this.firstCount > 0) this.firstCount--;
    } else if (count > 1) this.others?.set(userId, count - 1);
    else this.others?.delete(userId);
  }

  /** At most `limit` of them. */
  first(limit: number): number[] {
    const userIds: number[] = this.firstCount > 0 && limit > 0 ? [this.firstId] : [];
    for (const userId of this.others?.keys() ?? []) {
      if (userIds.length >= limit) break;
      userIds.push(userId);
    }
    return userIds;
  }
}
