// The small mistakes that bin/mutate makes in a Solidity source.
"use strict";

// [what is found in the code, what takes its place]; a function gets the match.
const REPLACEMENTS = [
  [/==/g, "!="],
  [/!=/g, "=="],
  [/(?<![<=>-])<(?![<=])/g, "<="],
  [/(?<![=>-])>(?![>=])/g, ">="],
  [/(?<!<)<=/g, "<"],
  [/(?<!>)>=/g, ">"],
  [/&&/g, "||"],
  [/\|\|/g, "&&"],
  [/!(?!=)/g, ""],
  [/(?<!&)&(?!&)/g, "|"],
  [/(?<!\|)\|(?!\|)/g, "&"],
  [/~/g, ""],
  [/<</g, ">>"],
  [/>>/g, "<<"],
  [/(?<!\+)\+(?![+=])/g, "-"],
  [/(?<!-)-(?![-=>])/g, "+"],
  [/(?<!\*)\*(?![*=])/g, "/"],
  [/\/(?!=)/g, "*"],
  [/\+=/g, "-="],
  [/-=/g, "+="],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\bMath\.min\b/g, "Math.max"],
  [/\bsaturatingSub\b/g, "saturatingAdd"],
  [/ nonReentrant\b/g, ""],
  // What is compared with a number for being equal is compared for being different already.
  [/(?<![\w.]|[=!]= |address\()(\d[\d_]*)(?![\w.])/g, (number) => String(BigInt(number.replaceAll("_", "")) + 1n)],
];

// The source with everything blank that is no code: comments, strings, and lines that only declare.
function codeOf(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, blank)
    .replace(/^\s*(?:pragma|import|using|contract|abstract|library|interface|error|event|mapping)\b[^;{]*[;{]/gm, blank)
    .replace(/\bstruct \w+ \{[^}]*\}/g, blank)
    .replace(/\bfunction \w+\([^)]*\)/g, blank);
}

// Calls, assignments, emits, reverts and returns of nothing: what can be left out and still compile.
const STATEMENT = /^[ \t]*(?!if\b|for\b|return\b)(?:(?:emit|revert|delete)\b|[\w.]+(?:\[[^\]]*\])*(?:\.\w+)*\s*(?:[-+|]?=(?!=)|\())[^;{}]*;/gm;
const CONDITION = /\bif \(/g;

function closing(code, open) {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if (code[at] === "(") depth += 1;
    if (code[at] === ")" && --depth === 0) return at;
  }
  throw new Error("a bracket is not closed");
}

function edits(code) {
  const found = [];
  for (const [pattern, replacement] of REPLACEMENTS) {
    for (const match of code.matchAll(pattern)) {
      const text = typeof replacement === "function" ? replacement(match[0]) : replacement;
      found.push([match.index, match.index + match[0].length, text]);
    }
  }
  for (const match of code.matchAll(CONDITION)) {
    const open = match.index + match[0].length - 1;
    const end = closing(code, open);
    for (const value of ["true", "false"]) found.push([open + 1, end, value]);
  }
  for (const match of code.matchAll(STATEMENT)) {
    const start = match.index + match[0].search(/\S/);
    found.push([start, match.index + match[0].length, "{}"]);
  }
  return found.sort(([a], [b]) => a - b);
}

/**
 * The mutants of a source, each { source, before, after, nth }: the lines it changes, before and after, without the space around
 * them, and " (2)" and so on for what has the same name as an earlier one.
 */
function mutantsOf(source) {
  const names = new Map();
  return edits(codeOf(source)).map(([start, end, text]) => {
    const mutant = source.slice(0, start) + text + source.slice(end);
    const from = source.lastIndexOf("\n", start) + 1;
    const lineEnd = (at) => (source.indexOf("\n", at) + source.length + 1) % (source.length + 1);
    const until = lineEnd(end);
    const tidy = (lines) => lines.replace(/\s+/g, " ").trim();
    const before = tidy(source.slice(from, until));
    const after = tidy(source.slice(from, start) + text + source.slice(end, until));
    const name = `${before} => ${after}`;
    names.set(name, (names.get(name) ?? 0) + 1);
    return { source: mutant, before, after, nth: names.get(name) > 1 ? ` (${names.get(name)})` : "" };
  });
}

module.exports = { mutantsOf };
