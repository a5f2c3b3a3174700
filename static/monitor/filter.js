// Which log lines are shown: by level, and by text or regular expression.

export const LEVELS = ["debug", "info", "warn", "error", "critical"];

// Milliseconds that a regular expression may take for all lines of the page; an honest one takes a few.
const PATIENCE = 1500;

export class Filter {
  /** onProblem(sentence, or "" for none) is told what is wrong with the expression. */
  constructor({ onProblem }) {
    this.onProblem = onProblem;
    this.level = 1;
    this.text = "";
    this.pattern = null;
    this.worker = null;
    this.waiting = new Map();
    this.number = 0;
  }

  /** Whether the answer of `test` comes later. */
  get slow() {
    return this.pattern !== null;
  }

  set(level, text, isPattern) {
    this.level = LEVELS.indexOf(level);
    this.#endWorker();
    this.text = "";
    this.pattern = null;
    let problem = "";
    if (text !== "" && isPattern) {
      try {
        new RegExp(text, "i");
        this.pattern = text;
      } catch (error) {
        const why = String(error.message).split(": ").pop();
        problem = `This is not a regular expression (${why}), so it is left out.`;
      }
    } else {
      this.text = text.toLowerCase();
    }
    this.onProblem(problem);
  }

  /** Whether the line's level is shown, and its text if that is what is looked for. */
  passes(line) {
    return line.level >= this.level && (this.text === "" || line.searched.includes(this.text));
  }

  /** Calls done(matches) with a truth value for each line, unless the expression takes too long. */
  test(lines, done) {
    if (this.worker === null) {
      this.worker = new Worker("/filter-worker.js");
      this.worker.onmessage = ({ data }) => this.#answered(data);
    }
    this.number += 1;
    const id = this.number;
    const timer = setTimeout(() => this.#tooSlow(), PATIENCE);
    this.waiting.set(id, { done, timer });
    this.worker.postMessage({ id, pattern: this.pattern, texts: lines.map((line) => line.searched) });
  }

  #answered({ id, matches }) {
    const request = this.waiting.get(id);
    if (request === undefined) return;
    this.waiting.delete(id);
    clearTimeout(request.timer);
    request.done(matches);
  }

  #tooSlow() {
    const requests = [...this.waiting.values()];
    this.#endWorker();
    this.pattern = null;
    this.onProblem("This expression takes too long on these lines, so it is left out. Try a simpler one.");
    for (const { done } of requests) done(null);
  }

  #endWorker() {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.worker?.terminate();
    this.worker = null;
  }
}
