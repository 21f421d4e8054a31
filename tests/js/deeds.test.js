/** What can be done by key and in the palette: one registry for all of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { byKey, keyed, locate, offered, register, targets } from "../../webapp/static/js/deeds.js";
import { KEYS } from "../../webapp/static/js/keys.model.js";
import { fitsJob } from "../../webapp/static/js/panels/fits.model.js";
import { KEY_OF } from "../../webapp/static/js/panels/operations/verbs.model.js";
import { ROOT, scripts, words } from "./support.js";

const found = {};
for (const kind of ["jobs", "job", "queue"]) locate(kind, () => found[kind] ?? null);
const deed = (about, name, key, more = {}) => register({ about, name, key, label: () => name, run: () => {}, ...more });

deed("job", "stop", "s", { fits: ({ status }) => status === "started" });
deed("job", "delete", "d");
deed("jobs", "delete", "d");
deed("queue", "pause", "p");
deed("page", "suspend", "p");
deed("page", "resume", undefined);

function at(things, check) {
  Object.assign(found, { jobs: null, job: null, queue: null }, things);
  check();
}

test("a key is about the nearest thing that has a deed on it", () => {
  at({}, () => assert.equal(byKey("d"), null));
  at({ job: { id: "j" } }, () => assert.equal(byKey("d").target.id, "j"));
  at({ jobs: { ids: ["a", "b"] }, job: { id: "j" } }, () => {
    assert.deepEqual(byKey("d").target.ids, ["a", "b"]);
    assert.equal(byKey("s").target.id, "j", "the selection has nothing on this key");
  });
  at({ queue: { name: "q" } }, () => assert.equal(byKey("p").deed.name, "pause"));
  at({}, () => assert.equal(byKey("p").deed.name, "suspend"));
});

test("a key that no deed has is nobody's", () => {
  at({ job: { id: "j" } }, () => assert.equal(byKey("x"), null));
});

test("a deed that does not fit is told apart from none", () => {
  at({ job: { status: "finished" } }, () => assert.equal(byKey("s").fits, false));
  at({ job: { status: "started" } }, () => assert.equal(byKey("s").fits, true));
});

test("the palette is offered what fits each thing, and the page is always there", () => {
  at({ job: { status: "finished" } }, () => {
    assert.deepEqual(targets().map(({ kind }) => kind), ["job", "page"]);
    assert.deepEqual(offered("job", found.job).map(({ name }) => name), ["delete"]);
    assert.deepEqual(offered("page", {}).map(({ name }) => name), ["suspend", "resume"]);
  });
});

test("the list of keys shows those that have one, by what they are about", () => {
  assert.deepEqual(keyed().map(([kind, list]) => [kind, list.map(({ key }) => key)]), [["jobs", ["d"]], ["job", ["s", "d"]], ["queue", ["p"]], ["page", ["p"]]]);
});

test("a deed that clashes is refused at once", () => {
  assert.throws(() => deed("job", "stop", "z"), /already/);
  assert.throws(() => deed("job", "steal", "s"), /taken/);
  assert.throws(() => deed("job", "go", "g"), /taken/);
  assert.throws(() => deed("moon", "land", "l"), /nothing called moon/);
});

test("every key of the deeds that come along is one stroke, free, and of one deed of its kind", () => {
  const reserved = new Set(KEYS.flatMap(({ keys }) => keys.map((strokes) => strokes.split(" ")[0])));
  const [, source] = scripts().find(([path]) => path === "panels/shell/job-deeds.js");
  const keys = [...Object.values(KEY_OF), ...[...source.matchAll(/key: "(\w)"/g)].map((match) => match[1])];
  assert.ok(keys.length >= 10);
  assert.equal(new Set(keys).size, keys.length);
  const [, others] = scripts().find(([path]) => path === "panels/shell/other-deeds.js");
  const rest = [...others.matchAll(/key: "(\w)"|\["\w+", "(\w)"\]/g)].map((match) => match[1] ?? match[2]);
  assert.ok(rest.length >= 5);
  assert.deepEqual([...keys, ...rest].filter((key) => reserved.has(key)), []);
});

test("what a row is offered is what the server would allow, as far as its status tells", () => {
  const python = readFileSync(join(ROOT, "webapp/queries/job_detail.py"), "utf8");
  const allowed = Object.fromEntries([...python.matchAll(/^ {4}"(\w+)": \(([^)]*)\),$/gm)].map(([, status, verbs]) => [status, verbs.match(/\w+/g)]));
  assert.equal(Object.keys(allowed).length, 11);
  const verbs = new Set(Object.values(allowed).flat());
  for (const status of Object.keys(allowed)) {
    for (const name of verbs) assert.equal(fitsJob(name, { status }), allowed[status].includes(name), `${name} ${status}`);
  }
});

test("an open job says itself what fits, and what is not known is left to the server", () => {
  assert.equal(fitsJob("delete", { status: "finished", actions: [] }), false);
  assert.equal(fitsJob("delete", { status: undefined }), true);
  assert.equal(fitsJob("brand_new", { status: "finished" }), true);
});

test("every kind of thing has its words in the palette and in the list of keys", () => {
  const en = words("en");
  for (const kind of ["jobs", "job", "queue", "worker"]) assert.ok(`palette.kind.${kind}` in en && `keys.group.${kind}` in en, kind);
  assert.ok("keys.group.page" in en);
});
