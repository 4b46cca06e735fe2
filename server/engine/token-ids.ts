/** Token ids that a model can run. */

/**
 * A Gather out of range kills the process on some devices, so ids are checked before they reach a graph.
 * @throws RangeError if there are no ids, or one is not an integer of [0, vocabulary)
 */
export function expectTokenIds(ids: ArrayLike<number>, vocabulary: number): void {
  if (ids.length === 0) throw new RangeError('No tokens to run.');
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if (!Number.isInteger(id) || id < 0 || id >= vocabulary)
      throw new RangeError(
        `Token ${id} at position ${at} is outside the model's vocabulary of ${vocabulary}.`,
      );
  }
}
