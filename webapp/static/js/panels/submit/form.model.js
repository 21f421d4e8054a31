/**
 * From a published JSON Schema to fields, and from what was typed to arguments. Pure.
 * The same schema is checked again by the server and at the start of the run: this is for a quick word at the field.
 */
import { t } from "../../i18n.js";
import { said } from "../../said.js";
import { toIso, toLocalInput } from "./when.model.js";

/** Up to this many choices are all shown; more are a list that opens. */
export const FEW_CHOICES = 4;

const typesOf = (schema) => [schema.type ?? []].flat();
const isNullable = (schema) => typesOf(schema).includes("null") || (schema.enum ?? []).includes(null);

const FORMATS = { textarea: "textarea", date: "date", "date-time": "datetime", upload: "upload" };
const TYPES = { integer: "integer", number: "number", boolean: "boolean", array: "array" };

/** Which control a schema is typed into. */
export function kindOf(schema) {
  if (schema.enum) return "choice";
  const type = typesOf(schema).find((name) => name !== "null") ?? "string";
  if (type === "boolean" && isNullable(schema)) return "choice";
  return TYPES[type] ?? FORMATS[schema.format] ?? "text";
}

const choicesOf = (schema) => schema.enum ?? [...(isNullable(schema) ? [null] : []), true, false];

/** A docstring as paragraphs: its line breaks are those of an editor, not of a page. */
export const paragraphs = (help) => (help ?? "").split(/\n\s*\n/).map((text) => said(text.replace(/\s+/g, " ").trim())).filter(Boolean);

/** The fields of a form, in the order of the function's parameters. */
export function fieldsOf(schema) {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    kind: kindOf(property),
    title: said(property.title ?? name),
    help: said(property.description ?? ""),
    required: required.has(name),
    nullable: isNullable(property),
    choices: kindOf(property) === "choice" ? choicesOf(property) : null,
  }));
}

/** What stands in a field at first. Choices are kept as their index: a value may be any JSON. */
export function firstRaw({ kind, schema, choices }, zone) {
  const value = schema.default;
  if (kind === "choice") return value === undefined ? "" : String(choices.indexOf(value));
  if (kind === "boolean") return value ?? false;
  if (value == null || kind === "upload") return "";
  if (kind === "array") return value.join("\n");
  return kind === "datetime" ? toLocalInput(value, zone) : String(value);
}

export const firstRaws = (fields, zone) => Object.fromEntries(fields.map((field) => [field.name, firstRaw(field, zone)]));

const wrong = (key, values) => ({ error: t(`form.wrong.${key}`, values) });

/** Limits of numbers. JSON Schema's own names. */
function checkNumber(n, { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf }) {
  if (minimum != null && n < minimum) return wrong("minimum", { n: minimum });
  if (maximum != null && n > maximum) return wrong("maximum", { n: maximum });
  if (above != null && n <= above) return wrong("above", { n: above });
  if (below != null && n >= below) return wrong("below", { n: below });
  const times = multipleOf ? n / multipleOf : 0;
  if (Math.abs(times - Math.round(times)) > 1e-9) return wrong("multiple", { n: multipleOf });
  return { value: n };
}

function toNumber(raw, schema, isWhole) {
  const n = Number(raw);
  if (!Number.isFinite(n)) return wrong("number");
  if (isWhole && !Number.isInteger(n)) return wrong("integer");
  if (isWhole && !Number.isSafeInteger(n)) return wrong("too_large");
  return checkNumber(n, schema);
}

/** Python's patterns are nearly those of this language; where one is not, the server's word is enough. */
function matches(text, pattern) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function toText(raw, { minLength, maxLength, pattern }) {
  const length = [...raw].length;
  if (minLength != null && length < minLength) return wrong("short", { n: minLength });
  if (maxLength != null && length > maxLength) return wrong("long", { n: maxLength });
  if (pattern && !matches(raw, pattern)) return wrong("pattern", { pattern });
  return { value: raw };
}

function toList(raw, schema, zone) {
  const lines = raw.split("\n").map((line) => line.trim()).filter(Boolean);
  const items = lines.map((line) => toItem(line, schema.items ?? {}, zone));
  const bad = items.findIndex((item) => item.error);
  if (bad >= 0) return wrong("line", { n: bad + 1, error: items[bad].error });
  if (schema.minItems != null && lines.length < schema.minItems) return wrong("few", { n: schema.minItems });
  if (schema.maxItems != null && lines.length > schema.maxItems) return wrong("many", { n: schema.maxItems });
  return { value: items.map((item) => item.value) };
}

/** One line of a list: a choice is typed as its text. */
function toItem(line, schema, zone) {
  if (!schema.enum) return convert(kindOf(schema), line, schema, zone);
  const value = schema.enum.find((choice) => String(choice) === line);
  return value === undefined ? wrong("choice", { choices: schema.enum.join(", ") }) : { value };
}

function convert(kind, raw, schema, zone) {
  switch (kind) {
    case "integer":
    case "number":
      return toNumber(raw, schema, kind === "integer");
    case "boolean":
      return { value: raw === true || raw === "true" };
    case "datetime":
      return { value: toIso(raw, zone) };
    case "date":
    case "upload":
      return { value: raw };
    case "array":
      return toList(raw, schema, zone);
    default:
      return toText(raw, schema);
  }
}

/** What an emptied field means: null where that is allowed, the default where there is one, else a gap to fill. */
function empty({ kind, schema, nullable, required }, zone) {
  if (nullable) return { value: null };
  if (kind === "array" && !schema.minItems) return { value: [] };
  if (!required && (kind === "text" || kind === "textarea") && !schema.writeOnly) return convert(kind, "", schema, zone);
  if (!required) return { absent: true };
  return wrong(kind === "upload" ? "no_file" : "required");
}

/** What was typed into one field: {value}, {error}, or {absent} where the default is meant. */
export function valueOf(field, raw, zone) {
  if (field.kind === "choice") return raw === "" ? empty(field, zone) : { value: field.choices[Number(raw)] };
  if (field.kind !== "boolean" && String(raw).trim() === "") return empty(field, zone);
  return convert(field.kind, raw, field.schema, zone);
}

/** The whole form: {args, errors}, both by name. */
export function collect(fields, raws, zone) {
  const args = {};
  const errors = {};
  for (const field of fields) {
    const { value, error, absent } = valueOf(field, raws[field.name], zone);
    if (error) errors[field.name] = error;
    else if (!absent) args[field.name] = value;
  }
  return { args, errors };
}
