import assert from "node:assert/strict";
import { test } from "node:test";
import { target } from "../../webapp/static/js/login.model.js";
import { patternsOf, reachOf } from "../../webapp/static/js/panels/access/access.model.js";

test("a login leads back to where one came from", () => {
  assert.equal(target("/jobs/a?tab=log#log", ""), "/jobs/a?tab=log#log");
  assert.equal(target("/rq/jobs", "/rq"), "/rq/jobs");
});

test("a login leads nobody to another site, and not to itself", () => {
  for (const next of [
    null, "", "//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "/\t/evil.example", "\n//evil.example",
    " /jobs", "evil.example", "/login?next=/", "/api/me",
  ])
    assert.equal(target(next, ""), "/", JSON.stringify(next));
  for (const next of ["/jobs", "/rqx/jobs", "//evil.example/rq/", "/rq/login"]) assert.equal(target(next, "/rq"), "/rq/", next);
});

test("patterns are typed with commas or spaces, and none is all", () => {
  assert.deepEqual(patternsOf(" mail-*, high  low "), ["mail-*", "high", "low"]);
  assert.deepEqual(patternsOf("  "), ["*"]);
  assert.equal(reachOf({ queues: ["*"], functions: ["*"] }), "");
  assert.equal(reachOf({ queues: ["mail-*"], functions: ["*", "shop.*"] }), "mail-*, shop.*");
});
