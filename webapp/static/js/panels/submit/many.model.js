/** Many jobs of one type from a table: what is sent, and how the server's check of it is shown. Pure. */
import { t } from "../../i18n.js";
import { said } from "../../said.js";

/** JSON lines begin with an object; all else is CSV. */
export const formatOf = (text) => (/^\s*\{/.test(text) ? "jsonl" : "csv");

/** The first line of a table for these fields, and one row to start from. */
export function example(fields) {
  const cell = ({ kind, schema, choices }) => {
    const value = schema.default ?? (choices ? choices[0] : undefined) ?? { integer: schema.minimum ?? 1, number: schema.minimum ?? 1, boolean: false, date: "2026-01-31", datetime: "2026-01-31T09:30" }[kind] ?? "";
    const text = Array.isArray(value) ? value.join("|") : value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const takes = fields.filter(({ kind }) => kind !== "upload");
  return `${takes.map(({ name }) => name).join(",")}\n${takes.map(cell).join(",")}\n`;
}

/** The body of POST /api/jobs/batch. */
export const manyBody = (type, text, { group, ...options }, zone) => ({ type: type.name, text, format: formatOf(text), zone, options, ...(group && { group }) });

const shown = (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** The columns of the preview: those of the first line where there is one, else every argument that a row names. */
function columnsOf(check, rows, fields) {
  const named = new Set([...Object.keys(check.columns), ...rows.flatMap(({ args, fields: wrong }) => [...Object.keys(args), ...Object.keys(wrong)])]);
  named.delete("");
  const known = fields.map(({ name }) => name).filter((name) => named.has(name));
  return [...known, ...[...named].filter((name) => !known.includes(name))];
}

/** {columns: [{name, why}], rows: [{row, line, why, cells: [{text, why}]}]} of a check; only wrong rows with `onlyWrong`. */
export function preview(check, fields, onlyWrong) {
  const rows = onlyWrong ? check.wrong_rows : check.rows;
  const names = columnsOf(check, rows, fields);
  return {
    columns: names.map((name) => ({ name, why: said(check.columns[name] ?? "") })),
    rows: rows.map(({ row, line, args, fields: wrong }) => ({
      row, line, why: said(wrong[""] ?? ""),
      // What is wrong with a whole column is said once, at its head.
      cells: names.map((name) => ({ text: shown(args[name]), why: name in check.columns ? "" : said(wrong[name] ?? "") })),
    })),
  };
}

/** How many jobs the button makes: none where a column is wrong, or a row that nobody agreed to leave out. */
export function countOf(check, onlyGood) {
  if (!check || Object.keys(check.columns).length || (check.wrong && !onlyGood)) return 0;
  return check.good;
}

/** "312 rows: 310 can be submitted, 2 are wrong." */
export function countWords({ total, good, wrong, columns }) {
  if (!total) return t("many.no_rows");
  if (Object.keys(columns).length) return t("many.wrong_columns");
  return wrong ? t("many.some_wrong", { n: total, good, wrong }) : t("many.all_good", { n: total });
}
