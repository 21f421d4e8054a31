import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph, layout } from "../../webapp/static/vendor/dagre.js";
import { above, below, BOX, edgeKind, hasBroken, layoutInput, pathOf, shapeOf } from "../../webapp/static/js/panels/job/graph.model.js";

const job = (id, level, status = "deferred", more = {}) => ({ id, level, status, gone: false, allow_failure: false, ...more });
const CHAIN = { jobs: [job("a", -1, "finished"), job("b", 0), job("c", 1), job("d", 1)], edges: [["a", "b"], ["b", "c"], ["b", "d"]] };

function places(value) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB" });
  graph.setDefaultEdgeLabel(() => ({}));
  const { nodes, edges } = layoutInput(value);
  for (const [id, box] of nodes) graph.setNode(id, box);
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  return { at: (id) => graph.node(id), points: (from, to) => graph.edge(from, to).points };
}

test("what is waited for stands above what waits, and boxes do not lie on each other", () => {
  const { at, points } = places(CHAIN);
  assert.ok(at("a").y < at("b").y && at("b").y < at("c").y);
  assert.ok(Math.abs(at("c").x - at("d").x) >= BOX.width);
  assert.match(pathOf(points("a", "b")), /^M [\d.]+ [\d.]+ (Q|L) /);
});

test("a circle, and a line to a job that is not there, are no trouble", () => {
  const circle = { jobs: CHAIN.jobs, edges: [...CHAIN.edges, ["c", "a"], ["a", "a"], ["nobody", "b"]] };
  assert.equal(layoutInput(circle).edges.length, 4);
  assert.ok(places(circle).at("c").y > 0);
});

test("only other jobs or lines move what is drawn", () => {
  const later = { ...CHAIN, jobs: CHAIN.jobs.map((one) => ({ ...one, status: "finished" })).reverse() };
  assert.equal(shapeOf(later), shapeOf(CHAIN));
  assert.notEqual(shapeOf({ ...CHAIN, edges: CHAIN.edges.slice(1) }), shapeOf(CHAIN));
});

test("a line says whether its child still waits, and whether in vain", () => {
  const child = job("c", 1);
  const kinds = ["finished", "queued", "failed", "stopped", "canceled"].map((status) => edgeKind(job("p", 0, status), child));
  assert.deepEqual(kinds, ["met", "waits", "broken", "broken", "broken"]);
  assert.equal(edgeKind(job("p", 0, "failed"), { ...child, allow_failure: true }), "met");
  assert.equal(edgeKind(job("p", 0, null, { gone: true }), child), "broken");
  assert.equal(edgeKind(job("p", 0, null, { gone: true }), job("c", 1, "finished")), "past");
  assert.ok(!hasBroken(CHAIN));
  assert.ok(hasBroken({ jobs: [job("p", 0, "failed"), child], edges: [["p", "c"]] }));
});

test("the list has each side, nearest first", () => {
  const jobs = [job("b", 0), job("far", -2), job("near", -1), job("after", 1)];
  assert.deepEqual(above(jobs).map(({ id }) => id), ["near", "far"]);
  assert.deepEqual(below(jobs).map(({ id }) => id), ["after"]);
});
