/** Every text of the page against every ground it stands on, in both themes: at least 4.5 to 1. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { STATIC } from "./support.js";

const css = readFileSync(join(STATIC, "css/tokens.css"), "utf8");
const TOKENS = Object.fromEntries([...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]));
const share = (name) => Number(css.match(new RegExp(`--${name}: (\\d+)%`))[1]) / 100;

const STATUS = ["created", "queued", "started", "finished", "failed", "stopped", "canceled", "deferred", "scheduled", "rate_limited", "ready_to_enqueue"];
const TEXTS = ["text", "text-2", "text-3"];
const GROUNDS = ["bg", "card", "sunken", "hover"];

/** [text, ground]; "tint" is a chip: its colour over the card, and its text. */
const PAIRS = [
  ...TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground])),
  ...["text", "text-2"].flatMap((text) => ["warn-bg", "bad-bg", "info-bg"].map((ground) => [text, ground])),
  ...[...STATUS, "warn"].flatMap((status) => [[status, "card"], [status, "tint"]]),
  ...["started", "finished", "deferred", "failed", "warn"].map((status) => [status, "sunken"]),
  ["failed", "bg"], ["link", "card"], ["link", "info-bg"], ["link", "warn-bg"], ["link", "sunken"], ["warn", "warn-bg"], ["accent-strong", "bg"],
  ["on-accent", "accent"], ["on-accent", "accent-strong"], ["on-accent", "failed"],
];

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const mix = (over, under, part) => over.map((value, n) => value * part + under[n] * (1 - part));

for (const theme of ["light", "dark"]) {
  const colour = (name) => channels(TOKENS[name][theme]);
  for (const [text, ground] of PAIRS) {
    test(`${text} on ${ground}, ${theme}`, () => {
      const isChip = ground === "tint";
      const under = isChip ? mix(colour(text), colour("card"), share("tint")) : colour(ground);
      const ratio = contrast(isChip ? mix(colour(text), colour("text"), share("ink")) : colour(text), under);
      assert.ok(ratio >= 4.5, `${ratio.toFixed(2)} : 1`);
    });
  }
}

test("the link of a chosen colour is told from text by more than 3 to 1 against its ground", () => {
  for (const theme of ["light", "dark"]) assert.ok(contrast(channels(TOKENS.accent[theme]), channels(TOKENS.card[theme])) >= 3);
});
