/** The arguments of a job, to be changed: in the fields of its job type, else each as JSON. Pure. */
import { isMasked } from "../../components/tree.model.js";
import { t } from "../../i18n.js";
import { collect, fieldsOf, firstRaw } from "../submit/form.model.js";

const MARKS = /"__type__":(?!"masked")/;

/** Whether all of its arguments are plain values, and shown whole; what is masked stays as it is unless it is typed anew. */
export const isEditable = ({ args_editable: isPlain, arguments: given }) => Boolean(isPlain && given && !MARKS.test(JSON.stringify(given)) && (given.positional.length || Object.keys(given.named).length));

/** The fields of the job type, with what the job was called with; null where its form does not have all of that. */
export function formOf(given, type, zone) {
  if (!type?.schema || given.positional.length) return null;
  const fields = fieldsOf(type.schema).map((field) => (isMasked(given.named[field.name]) ? { ...field, kept: given.named[field.name] } : field));
  // A file that was sent before is named, not sent again.
  if (fields.some(({ kind }) => kind === "upload")) return null;
  if (Object.keys(given.named).some((name) => !fields.some((field) => field.name === name))) return null;
  const valueOf = (field) => (field.name in given.named ? given.named[field.name] : field.schema.default);
  const rawOf = (field) => field.kept ? "" : firstRaw({ ...field, schema: { ...field.schema, default: valueOf(field) } }, zone);
  return { fields, raws: Object.fromEntries(fields.map((field) => [field.name, rawOf(field)])) };
}

/** [{key, label, raw, kept}] of each argument, by position, then by name; `kept`: a masked one, which is not typed again. */
export function linesOf({ positional, named }) {
  const line = (key, label, value) => (isMasked(value) ? { key, label, raw: "", kept: value } : { key, label, raw: JSON.stringify(value, null, 1) });
  return [...positional.map((value, n) => line(`p${n}`, t("edit.position", { n: n + 1 }), value)), ...Object.entries(named).map(([name, value]) => line(`n${name}`, name, value))];
}

/** What the fields of a form hold: {edited, errors}. */
export function readForm(fields, raws, zone) {
  const isKept = ({ kept, name }) => kept && raws[name] === "";
  const { args, errors } = collect(fields.filter((field) => !isKept(field)), raws, zone);
  for (const field of fields.filter(isKept)) args[field.name] = field.kept;
  return { edited: { args }, errors };
}

/** What the lines hold: {edited, errors} by key. */
export function readLines(lines, raws) {
  const [args, positional, errors] = [{}, [], {}];
  for (const { key, kept } of lines) {
    try {
      const value = kept && raws[key].trim() === "" ? kept : JSON.parse(raws[key]);
      if (key[0] === "p") positional.push(value);
      else args[key.slice(1)] = value;
    } catch {
      errors[key] = t("edit.wrong");
    }
  }
  return { edited: positional.length ? { args, positional } : { args }, errors };
}
