// Evaluates expressions of workflows with GitHub's own library: a line of JSON in, a line of JSON out.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Lexer, Parser, Evaluator, data } = await import(pathToFileURL(process.argv[2]).href);

function wrapped(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(wrapped));
  const pairs = Object.entries(value).map(([key, inner]) => ({ key, value: wrapped(inner) }));
  return new data.Dictionary(...pairs);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { text, contexts, status } = JSON.parse(line);
  let answer;
  try {
    const known = Object.entries(status).map(([name, value]) => ({
      name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value),
    }));
    const { tokens } = new Lexer(text).lex();
    const tree = new Parser(tokens, Object.keys(contexts), known).parse();
    const functions = new Map(known.map((each) => [each.name, each]));
    const result = new Evaluator(tree, wrapped(contexts), functions).evaluate();
    answer = { value: result.coerceString(), truth: !["", "0", "false"].includes(result.coerceString()) };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
