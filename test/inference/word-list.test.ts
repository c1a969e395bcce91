import { describe, expect, test } from "vitest";
import { beamSearch } from "../../src/inference/beam-search.ts";
import { NGram } from "../../src/inference/ngram.ts";
import { WordList } from "../../src/inference/word-list.ts";
import { engine } from "../../src/wasm/engine.ts";

/** Labels a b and the separator 2; words a, ab, b. */
const spellings = [[0], [0, 1], [1]];
const V = 3;

/** All sequences of labels up to a length. */
function* sequences(length: number): Generator<number[]> {
  yield [];
  if (length === 0) return;
  for (const rest of sequences(length - 1)) for (let k = 0; k < V; ++k) yield [k, ...rest];
}
const unique = (list: Iterable<number[]>): number[][] => [
  ...new Map([...list].map((labels) => [labels.join(), labels])).values(),
];

/** Words that labels spell, or undefined. */
function spelled(labels: readonly number[]): number[] | undefined {
  if (labels.length === 0) return [];
  const words = labels
    .join("")
    .split("2")
    .map((text) => spellings.findIndex((spelling) => spelling.join("") === text));
  return words.includes(-1) ? undefined : words;
}

/** p of labels from all paths of steps [T,V+1]; the last class is the blank. */
function probabilities(y: readonly number[]): Map<string, number> {
  const K = V + 1;
  const T = y.length / K;
  const sums = new Map<string, number>();
  for (let path = 0; path < K ** T; ++path) {
    let p = 1;
    const labels: number[] = [];
    for (let t = 0, left = path, before = V; t < T; ++t, left = Math.floor(left / K)) {
      const k = left % K;
      p *= y[t * K + k];
      if (k !== V && k !== before) labels.push(k);
      before = k;
    }
    sums.set(labels.join(), (sums.get(labels.join()) ?? 0) + p);
  }
  return sums;
}

const y = [
  [0.4, 0.2, 0.1, 0.3],
  [0.2, 0.4, 0.2, 0.2],
  [0.1, 0.1, 0.5, 0.3],
  [0.3, 0.4, 0.1, 0.2],
].flat();

describe("a word list", () => {
  test("lets pass exactly the prefixes of its words, and adds up a model of words", async () => {
    const words = new NGram(await engine("float64"), { labels: 3, order: 2 });
    for (const sentence of [[0, 1], [0, 1, 2], [2, 2], [1]]) words.add(sentence);
    const list = new WordList({ labels: V, separator: 2, spellings, words });
    for (const labels of unique(sequences(4))) {
      let score = 0;
      labels.forEach((label, i) => {
        score += list.nextLogProbabilities(labels.slice(0, i))[label];
      });
      score += list.nextLogProbabilities(labels)[V];
      const said = spelled(labels);
      let want = -Infinity;
      if (said) {
        want = words.nextLogProbabilities(said)[3];
        said.forEach((word, i) => (want += words.nextLogProbabilities(said.slice(0, i))[word]));
        expect(list.wordsOf(labels)).toEqual(said);
      }
      if (want === -Infinity) expect(score).toBe(-Infinity);
      else expect(score).toBeCloseTo(want, 10);
    }
  });

  test("a model of characters counts while a word is at work, and nothing once it is finished", async () => {
    const e = await engine("float64");
    const words = new NGram(e, { labels: 3, order: 2 });
    for (const sentence of [[0, 1], [0, 1, 2], [2, 2], [1]]) words.add(sentence);
    const characters = new NGram(e, { labels: V, order: 2 });
    characters.add([0, 1, 2, 0, 2, 1]);
    const alone = new WordList({ labels: V, separator: 2, spellings, words });
    const both = new WordList({ labels: V, separator: 2, spellings, words, characters });
    const scoreOf = (list: WordList, labels: readonly number[], end: boolean): number => {
      const steps = labels.map((label, i) => list.nextLogProbabilities(labels.slice(0, i))[label]);
      if (end) steps.push(list.nextLogProbabilities(labels)[V]);
      return steps.reduce((a, b) => a + b, 0);
    };
    for (const labels of unique(sequences(4))) {
      const want = scoreOf(alone, labels, true);
      if (want === -Infinity) expect(scoreOf(both, labels, true)).toBe(-Infinity);
      else expect(scoreOf(both, labels, true)).toBeCloseTo(want, 10);
    }
    expect(scoreOf(both, [0, 1], false)).toBeCloseTo(scoreOf(characters as never, [0, 1], false), 10);
  });

  test("a narrow beam loses the likely word, and keeps it by a model of characters", async () => {
    // b is surer than a at first; of the words "ab" and "bb" the model of words knows "ab"
    const steps = [0.4, 0.59, 0.005, 0.005, 0.01, 0.98, 0.005, 0.005].flat();
    const likely = (favorite: number, count: number) => ({
      nextLogProbabilities: (prefix: readonly number[]) =>
        Float64Array.from({ length: count + 1 }, (_, k) => (prefix.length === 0 && k !== favorite ? -6 : 0)),
    });
    const spelled = { labels: V, separator: 2, spellings: [[0, 1], [1, 0], [1]], words: likely(0, 3) };
    const options = { classes: V + 1, width: 1, cutoff: 0 };
    const [lost] = await beamSearch(steps, { ...options, language: new WordList(spelled) });
    const guided = new WordList({ ...spelled, characters: likely(0, V) });
    const [kept] = await beamSearch(steps, { ...options, language: guided });
    expect(lost.labels).toEqual([1]);
    expect(kept.labels).toEqual([0, 1]);
  });

  test("makes beam search find the best text of its words, as all texts together do", async () => {
    const words = new NGram(await engine("float64"), { labels: 3, order: 2 });
    for (const sentence of [[0, 1], [2, 2], [1]]) words.add(sentence);
    const list = new WordList({ labels: V, separator: 2, spellings, words });
    const found = await beamSearch(y, { classes: V + 1, language: list, width: 1000, cutoff: 0 });
    const texts = [...probabilities(y)].flatMap(([key, p]) => {
      const labels = key === "" ? [] : key.split(",").map(Number);
      const said = spelled(labels);
      if (!said) return [];
      let score = Math.log(p) + words.nextLogProbabilities(said)[3];
      said.forEach((word, i) => (score += words.nextLogProbabilities(said.slice(0, i))[word]));
      return [{ labels, score }];
    });
    texts.sort((a, b) => b.score - a.score);
    expect(found[0].labels).toEqual(texts[0].labels);
    found.slice(0, 5).forEach(({ score }, i) => expect(score).toBeCloseTo(texts[i].score, 9));
    expect(found.every(({ labels }) => spelled(labels))).toBe(true);
  });

  test("names what is wrong", () => {
    const make = (change: object) => () => new WordList({ labels: V, separator: 2, spellings, ...change });
    expect(make({ spellings: [] })).toThrow(/spellings is array of 0/);
    expect(make({ spellings: [[0], [0]] })).toThrow(/spelling 1 is that of word 0 too/);
    expect(make({ spellings: [[2]] })).toThrow(/spelling 0 has 2, want labels/);
    expect(make({ separator: 3 })).toThrow(/separator is 3/);
    expect(make({ words: 1 })).toThrow(/words is 1/);
    const wrong = make({ words: { nextLogProbabilities: () => [0] } })();
    expect(() => wrong.nextLogProbabilities([0])).toThrow(/words gives 1 values, want 4/);
    expect(() => make({})().wordsOf([1, 0])).toThrow(/spell no words of the list/);
  });
});
