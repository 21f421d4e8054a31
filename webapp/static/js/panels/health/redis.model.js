/** Redis itself: what is wrong with it, and its figures in words. Pure. */
import { bytes, duration, number, percent, roughly } from "../../format.js";
import { t } from "../../i18n.js";

/** Shares of maxmemory. A burst of jobs can take a fifth; with a twentieth left the next one is refused. */
export const FILLS_UP = 0.8;
export const IS_FULL = 0.95;
/** Share of maxclients: each worker and each page server needs a few more connections when it starts. */
export const CROWDED = 0.9;
/** Seconds that a replica may be behind: it acknowledges once a second. */
export const LAGS = 10;

const bad = (code, words = {}) => ({ level: "bad", code, words, link: null });
const warn = (code, words = {}) => ({ level: "warn", code, words, link: null });

function memoryWrongs({ used, max, policy, may_evict: mayEvict, evicted }) {
  const share = used != null && max ? used / max : 0;
  const words = { used: bytes(used), max: bytes(max), share };
  const found = [];
  if (share >= IS_FULL && !mayEvict) found.push(bad("redis_full", words));
  else if (share >= FILLS_UP) found.push(warn("redis_fills", words));
  if (mayEvict && evicted) found.push(bad("redis_evicted", { n: evicted, policy }));
  else if (mayEvict) found.push(warn("redis_may_evict", { policy }));
  return found;
}

function replicationWrongs({ role, link, replicas }) {
  const found = [];
  if (role === "replica" && link === false) found.push(bad("redis_cut_off"));
  const late = replicas.filter(({ online, lag_s: lag }) => !online || (lag ?? 0) > LAGS);
  if (late.length) found.push(warn("redis_lags", { n: late.length, addresses: late.map(({ address }) => address) }));
  return found;
}

/** Everything wrong with Redis, in the order in which it matters. `redis`: the value of its board, or null. */
export function redisWrongs(redis) {
  if (!redis) return [];
  const { persistence, clients } = redis;
  const found = [];
  if (persistence.loading) found.push(bad("redis_loading"));
  if (persistence.rdb_ok === false || persistence.aof_ok === false) found.push(bad("redis_unsaved"));
  found.push(...memoryWrongs(redis.memory), ...replicationWrongs(redis.replication));
  if (clients.max && clients.connected >= clients.max * CROWDED) found.push(warn("redis_crowded", { n: clients.connected, most: clients.max }));
  return found;
}

const known = (text, value) => (value == null ? null : text);
const joined = (...parts) => parts.filter(Boolean).join(" · ") || null;

function memory({ used, max }) {
  if (used == null) return null;
  return max ? t("health.redis.of", { used: bytes(used), max: bytes(max), percent: percent(used / max) }) : t("health.redis.no_limit", { used: bytes(used) });
}

function eviction({ policy, may_evict: mayEvict, evicted }) {
  return joined(policy && t(mayEvict ? "health.redis.may_evict" : "health.redis.keeps", { policy }), evicted != null && t("health.redis.evicted", { n: evicted }));
}

function persistence({ rdb_ok: rdb, saved_at: at, aof, aof_ok: aofOk }, now) {
  const saved = at == null ? t("health.redis.no_snapshot") : t("health.redis.saved", { time: roughly(Math.max(0, (now - at) / 1000)) });
  return joined(
    rdb != null && (rdb ? saved : t("health.redis.rdb_failed")),
    aof != null && t(aof ? (aofOk === false ? "health.redis.aof_failed" : "health.redis.aof") : "health.redis.no_aof"),
  );
}

function clients({ connected, blocked, max }) {
  return joined(
    known(t("health.redis.connected", { n: connected ?? 0 }), connected),
    known(t("health.redis.blocked", { n: blocked ?? 0 }), blocked),
    known(t("health.redis.at_most", { n: max ?? 0 }), max),
  );
}

const replica = ({ address, online, lag_s: lag, behind }) =>
  t("health.redis.replica", { address, state: t(online ? "health.redis.online" : "health.redis.offline"), lag: duration(lag ?? 0), behind: bytes(behind ?? 0) });

function role({ role: name, link, heard_s: heard, replicas }) {
  if (!name) return null;
  if (name !== "replica") return joined(t(name === "primary" ? "health.redis.primary" : "health.redis.other_role", { role: name }), ...replicas.map(replica));
  return joined(t("health.redis.is_replica"), link === false ? t("health.redis.link_down") : heard != null && t("health.redis.link_up", { time: duration(heard) }));
}

/** [key, text] of every line about Redis; text null where it is not told or this Redis user may not read it. */
export function redisFacts(redis, now) {
  const { server } = redis;
  return [
    ["memory", memory(redis.memory)],
    ["eviction", eviction(redis.memory)],
    ["persistence", persistence(redis.persistence, now)],
    ["clients", clients(redis.clients)],
    ["role", role(redis.replication)],
    ["speed", server.per_second == null ? null : t("health.redis.per_second", { n: number(server.per_second) })],
    ["keys", server.keys == null ? null : number(server.keys)],
    ["version", server.version && joined(`${server.name} ${server.version}`, server.uptime_s != null && t("health.redis.up", { time: roughly(server.uptime_s) }))],
  ];
}
