/** Words in rows of labels: the runs between spaces. */

/** The words of a row of labels, as text that compares. */
export function wordsOf(labels: ArrayLike<number>, space: number): string[] {
  const words: number[][] = [[]];
  for (let i = 0; i < labels.length; ++i)
    if (labels[i] === space) words.push([]);
    else words[words.length - 1].push(labels[i]);
  return words.filter((word) => word.length > 0).map((word) => word.join(" "));
}
