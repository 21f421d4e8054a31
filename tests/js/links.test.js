import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import * as links from "../../webapp/static/js/components/views/links.model.js";
import { ROOT, speakEnglish, words } from "./support.js";

before(speakEnglish);

const python = (name) => readFileSync(join(ROOT, `jobs/${name}.py`), "utf8");
const outcomes = python("_link_report").match(/^OUTCOMES = \(([^)]*)\)/m)[1].match(/\w+/g);

test("every outcome has its word in both languages, and the worst come first", () => {
  assert.equal(outcomes.length, 15);
  for (const language of ["en", "ko"]) for (const outcome of outcomes) assert.ok(`links.outcome.${outcome}` in words(language), outcome);
  assert.deepEqual([...new Set(outcomes.map(links.tone))], ["bad", "warn", "ok"]);
});

test("every reason that the job gives has its sentence", () => {
  const trouble = python("_link_trouble");
  const certificates = [...trouble.matchAll(/^ {4}\d+: "(\w+)"/gm)].map((match) => `tls_error.${match[1]}`);
  const kinds = [...python("_link_guard").matchAll(/^ {4}"([\w-]+)": \[/gm)].map((match) => `private_address.${match[1]}`);
  const texts = [...python("_link_url").matchAll(/^ {4}"(\w+)": f?"it /gm)].map((match) => `invalid_url.${match[1]}`);
  const ways = [...trouble.matchAll(/\("(network|host|down)", /g)].map((match) => `unreachable.${match[1]}`);
  const said = [...certificates, ...kinds, ...texts, ...ways];
  assert.ok(said.length >= 25, said.join());
  for (const reason of said) assert.ok(`links.reason.${reason}` in words("en"), reason);
});

test("a reason is said in the page's words, and what has none in the job's", () => {
  assert.equal(links.because({ outcome: "tls_error", reason: "expired", words: "its certificate has expired" }), "Its certificate has expired.");
  assert.equal(links.because({ outcome: "client_error", words: "404 Not Found" }), "404 Not Found");
  assert.equal(links.because({ outcome: "tls_error", words: "its certificate: unsuitable purpose" }), "its certificate: unsuitable purpose");
  assert.equal(links.because({ outcome: "redirected", words: "leads to http://a.test/" }), "");
  assert.equal(links.because({ outcome: "ok" }), "");
});

test("a link that has moved says what to change it to: as far as the way is permanent", () => {
  const chain = ["301 https://a.test/", "308 https://a.test/b", "302 https://a.test/login", "301 https://a.test/c"];
  assert.equal(links.because({ outcome: "permanent_redirect", chain }), "Change the link to https://a.test/b");
  assert.equal(links.because({ outcome: "permanent_redirect", chain: chain.slice(0, 1) }), "Change the link to https://a.test/");
});

test("a chain is told hop by hop, and what is left out is counted", () => {
  const row = { chain: ["301 https://a.test/", "302 /odd place"], hops: 9 };
  assert.deepEqual(links.hopsOf(row), [{ status: "301", url: "https://a.test/" }, { status: "302", url: "/odd place" }]);
  assert.equal(links.hopsLeft(row), 7);
  assert.deepEqual([links.hopsOf({}), links.hopsLeft({})], [[], 0]);
});

test("a click leads only to whole web addresses", () => {
  assert.equal(links.hrefOf("HTTPS://a.test/?q=1"), "HTTPS://a.test/?q=1");
  for (const url of ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//a.test/", "http://…@a.test/", "http://a.test/very-lo…", ""]) {
    assert.equal(links.hrefOf(url), null, url);
  }
});

test("one outcome can be looked at alone", () => {
  const rows = [{ outcome: "ok" }, { outcome: "slow" }, { outcome: "ok" }];
  assert.equal(links.chosenRows(rows, null), rows);
  assert.equal(links.chosenRows(rows, "ok").length, 2);
});

test("how many are broken is a sentence, and a redirect is not broken", () => {
  const counts = [{ outcome: "client_error", count: 2 }, { outcome: "timeout", count: 1 }, { outcome: "redirected", count: 5 }, { outcome: "private_address", count: 1 }];
  assert.deepEqual(links.verdict({ counts }), { tone: "bad", text: "3 are broken" });
  assert.deepEqual(links.verdict({ counts: counts.slice(2) }), { tone: "ok", text: "none is broken" });
});

test("where links come from, and how long it took", () => {
  assert.deepEqual(links.facts({ seconds: 2.14 }), ["in 2.1 s"]);
  assert.deepEqual(links.facts({ seconds: 61, sitemaps: 3, sitemaps_failed: 1 }), ["from 3 sitemaps", "1 sitemap could not be read", "in 1 min 1 s"]);
});
