"""Which line stands in the way of which attack: taken away, the tests named beside it must fail.

`python -m tests.attacks.unguarded` takes them away one by one. Each `present` stands once in its file.
"""

# A table has a line for each guard, however long.
# ruff: noqa: E501

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """One guard. `tests`: what pytest is called with, its test that must fail among them."""

    name: str
    file: str
    present: str
    taken_away: str
    tests: str


ATTACKS, INTEGRATION, UNIT = "tests/attacks/", "tests/integration/", "tests/unit/"
SITES, PATHS, PICKLES, SCRIPTS = (
    ATTACKS + f"test_{name}.py" for name in ("other_sites", "paths_and_lines", "pickles", "scripts")
)
SLOW, MUCH, READING = (
    ATTACKS + f"test_{name}.py" for name in ("slow_and_flooding_clients", "too_much", "reading_acts_not")
)
SECURITY, SOCKETS = "webapp/security.py", "webapp/sockets.py"
DECODE, FILES, BODIES = "webapp/decode.py", "webapp/files.py", "webapp/api/bodies.py"

GUARDS = (
    Guard("source of a request", SECURITY, "        _check_source()\n", "", f"{SITES} -k address_that_acts"),
    Guard("source of a request, in Chromium", SECURITY, "        _check_source()\n", "", "tests/e2e/test_other_sites.py"),
    Guard("source of an upgrade", SECURITY, " or _is_upgrade():\n        _check", ":\n        _check", f"{SITES} -k socket_is_opened"),
    Guard("type of a body", SECURITY, "        _check_body_type()\n", "", UNIT + "test_security.py -k form_can_send"),
    Guard("name of the host", SECURITY, "    _check_host(config)\n", "", f"{SITES} -k rebound"),
    Guard("no frame", SECURITY, '    "X-Frame-Options": "DENY",\n', "", f"{SITES} -k framed"),
    Guard("no frame, by the policy", SECURITY, '    "frame-ancestors \'none\'",\n', "", f"{SITES} -k framed_sniffed"),
    Guard("no sniffing", SECURITY, '    "X-Content-Type-Options": "nosniff",\n', "", f"{SITES} -k framed"),
    Guard("no reading elsewhere", SECURITY, '    "Cross-Origin-Resource-Policy": "same-origin",\n', "", f"{SITES} -k framed_sniffed"),
    Guard("headers of files", "webapp/assets.py", "        headers[name] = value", "        pass", f"{SITES} -k files_of_the_page"),
    Guard("GET acts not", "webapp/api/queues.py", '@bp.post("/suspend")', '@bp.route("/suspend", methods=["GET", "POST"])', f"{READING} -k GET"),
    Guard("HEAD acts not", "webapp/api/queues.py", '@bp.post("/suspend")', '@bp.route("/suspend", methods=["HEAD", "POST"])', f"{READING} -k HEAD"),
    Guard("OPTIONS acts not", "webapp/api/queues.py", '@bp.post("/suspend")', '@bp.route("/suspend", methods=["OPTIONS", "POST"])', f"{READING} -k OPTIONS"),
    Guard("names are text", "webapp/static/js/panels/jobs/cells.js", "title=${row.func}>${row.title ?? shortId(row.id)}</a>", "dangerouslySetInnerHTML=${{ __html: row.title ?? row.id }}></a>", f"{SCRIPTS} -k more_than_text"),
    Guard("links in messages", "webapp/static/js/room.model.js", r"/\bhttps?:\/\/[^\s", r"/\b\w+:[^\s", f"{SCRIPTS} -k more_than_text"),
    Guard("links in results", "webapp/static/js/components/views/links.model.js", '(/^https?:\\/\\//i.test(url) && !url.includes("…") ? url : null)', "url", f"{SCRIPTS} -k more_than_text"),
    Guard("no inline script", SECURITY, "\"script-src 'self'{scripts}\"", "\"script-src 'self' 'unsafe-inline'\"", f"{SCRIPTS} -k would_be_seen"),
    Guard("files of jobs are no pages", "webapp/api/artifacts.py", "sandbox; ", "", INTEGRATION + "test_api_uploads.py"),
    Guard("names of a pickle", DECODE, '        return _Named(f"{module}.{name}")', "        return super().find_class(module, name)", UNIT + "test_decode.py"),
    Guard("an unpickler of our own", DECODE, "return _PlainUnpickler(raw).load()", "return pickle.loads(raw)", f"{PICKLES} -k runs_nothing"),
    Guard("calls of a pickle", DECODE, "    dispatch[pickle.REDUCE[0]] = load_reduce\n", "", UNIT + "test_decode.py"),
    Guard("memo of a pickle", DECODE, "return _PlainUnpickler(raw).load()", "return pickle.Unpickler(io.BytesIO(raw)).load()", f"{PICKLES} -k takes_the_memory"),
    Guard("bytearray of a pickle", DECODE, "    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8\n", "", f"{PICKLES} -k takes_the_memory"),
    Guard("tuples as keys", DECODE, "    __hash__ = object.__hash__\n", "    __hash__ = tuple.__hash__\n", UNIT + "test_decode.py -k tuple"),
    Guard("keys that collide", "webapp/alike_keys.py", "                    return True\n", "                    return False\n", f"{PICKLES} -k takes_long"),
    Guard("size unpacked", DECODE, "inflater.decompress(data, limit + 1)", "inflater.decompress(data)", f"{PICKLES} -k inflated"),
    Guard("size of a traceback", DECODE, "b64decode(text, validate=True), chars)", "b64decode(text, validate=True))", f"{PICKLES} -k inflated"),
    Guard("nodes of a tree", "webapp/tree.py", "self.left = max_nodes", "self.left = 10**9", UNIT + "test_tree.py"),
    Guard("depth of a tree", "webapp/tree.py", "self.left < 0 or depth > MAX_DEPTH", "self.left < 0", UNIT + "test_tree.py"),
    Guard("times that are none", "webapp/queries/fields.py", "    except ValueError:\n        return None", "    except KeyError:\n        return None", INTEGRATION + "test_corrupt_data.py"),
    Guard("length of a name", "webapp/queries/fields.py", "raw[:TEXT_BYTES]", "raw", f"{MUCH} -k sixty_megabytes"),
    Guard("length of a message", "webapp/failure_pattern.py", "message[:MESSAGE_CHARS]", "message", f"{MUCH} -k run_away"),
    Guard("an expression with one way only", SECURITY, r"([^\[\]:/@\s]+))(?:", r"((?:[^\[\]:/@\s]+)+))(?:", f"{MUCH} -k run_away"),
    Guard("depth of a body", BODIES, "if depth > DEPTH_MAX", "if depth > 10**9", f"{MUCH} -k body"),
    Guard("values of a body", BODIES, "if count > VALUES_MAX", "if count > 10**9", f"{MUCH} -k body"),
    Guard("size that a body claims", BODIES, "if (request.content_length or 0) > limit", "if False", f"{MUCH} -k claims"),
    Guard("size of a body", BODIES, "            if size > limit:", "            if False:", f"{MUCH} -k never_ends"),
    Guard("numbers of a body", BODIES, "parse_int=_integer, ", "", f"{MUCH} -k body"),
    Guard("constants of a body", BODIES, ", parse_constant=_constant", "", f"{MUCH} -k body"),
    Guard("surrogates of a body", BODIES, "            json.dumps(value, ensure_ascii=False).encode()\n", "            pass\n", f"{MUCH} -k body"),
    Guard("recursion of a message", "webapp/live/socket.py", "except (ValueError, RecursionError)", "except ValueError", f"{MUCH} -k message"),
    Guard("recursion of a message in the Room", "webapp/room/said.py", "except (ValueError, RecursionError)", "except ValueError", f"{MUCH} -k message"),
    Guard("size of a message", SOCKETS, '"max_message_size": MESSAGE_BYTES', '"max_message_size": None', INTEGRATION + "test_socket.py"),
    Guard("length of a search", "webapp/search/parser.py", "if len(text) > QUERY_MAX", "if len(text) > 10**9", f"{MUCH} -k any_search"),
    Guard("words of a search", "webapp/search/parser.py", "if self._terms > TERMS_MAX", "if self._terms > 10**9", UNIT + "test_search_language.py"),
    Guard("depth of a search", "webapp/search/parser.py", "if self._depth > DEPTH_MAX", "if self._depth > 10**9", f"{MUCH} -k any_search"),
    Guard("stars of a search", "webapp/search/demands.py", "(?>.*?{part})", "(?:.*?{part})", f"{MUCH} -k runs_away_on"),
    Guard("depth of a cursor", "webapp/queries/cursors.py", ", binascii.Error, RecursionError)", ", binascii.Error)", f"{MUCH} -k cursor"),
    Guard("place of a cursor", "webapp/queries/cursors.py", " and 0 <= rank < 1 << 40", "", UNIT + "test_cursors.py"),
    Guard("paths of the page's files", "webapp/assets.py", "send_from_directory(SOURCE, path, max_age=0)", "(SOURCE / path).read_bytes()", f"{PATHS} -k files_of_the_page"),
    Guard("ids of jobs with files", FILES, "if not _JOB_ID.fullmatch(job_id) or not _PLAIN_NAME", "if not _PLAIN_NAME", f"{PATHS} -k did_not_make"),
    Guard("names of files of jobs", FILES, " or not _PLAIN_NAME.fullmatch(name):\n            raise", ":\n            raise", f"{PATHS} -k did_not_make"),
    Guard("names of uploads", FILES, '    last = re.split(r"[/\\\\]", unicodedata.normalize("NFC", name))[-1]', "    return name", f"{PATHS} -k whatever_its_name"),
    Guard("line ends in a header", "webapp/api/artifacts.py", "{quote(name, safe='')}", "{name}", f"{PATHS} -k makes_no_header"),
    Guard("line ends in the log", "webapp/errors.py", '"%s %r failed"', '"%s %s failed"', f"{PATHS} -k logged_on_one_line"),
    Guard("requests read in two ways", "gunicorn.conf.py", "keepalive = 20\n", "keepalive = 20\npermit_obsolete_folding = True\n", f"{PATHS} -k two_servers"),
    Guard("time for a head", ATTACKS + "conftest.py", "--keep-alive {KEEP_ALIVE}", "--keep-alive 50", f"{SLOW} -k head_that_comes"),
    Guard("time for half a request", ATTACKS + "conftest.py", "--keep-alive {KEEP_ALIVE}", "--keep-alive 50", f"{SLOW} -k half_open"),
    Guard("time for a head, as it is set", "gunicorn.conf.py", "keepalive = 20\n", "", f"{SLOW} -k twenty_seconds"),
    Guard("time for a body", "webapp/api/slow_bodies.py", "    with in_time(PIECE_SECONDS, TooSlow(", "    if bool((PIECE_SECONDS, ", f"{SLOW} -k body_that_comes"),
    Guard("floods of messages", SOCKETS, "        if not self._allowance.spend():\n            safe_socket", "        if False:\n            safe_socket", INTEGRATION + "test_socket.py"),
    Guard("floods of frames", SOCKETS, "            if not self._allowance.spend():\n                raise OSError", "            if False:\n                raise OSError", f"{SLOW} -k floods"),
    Guard("messages that wait", SOCKETS, "if len(self) >= INBOX_MAX", "if False", UNIT + "test_inbox.py"),
    Guard("room for sockets", SOCKETS, '["sockets"].taken >= current_app.config["RQLIVE"].max_sockets', '["sockets"].taken < 0', INTEGRATION + "test_socket.py"),
    Guard("addresses of links", "jobs/_link_guard.py", "        if ip in network:\n            return kind\n", "        if ip in network:\n            return None\n", UNIT + "jobs/test_link_check_attacks.py"),
    Guard("IPv4 within IPv6", "jobs/_link_guard.py", "    if ip.version == 6 and ip not in _PUBLIC_V6:\n        return \"reserved\"\n    # Python's table may know what came after ours.\n    return None if ip.is_global else \"reserved\"", "    return None", UNIT + "jobs/test_link_check_attacks.py"),
    Guard("bombs in sitemaps", "jobs/_link_sitemap.py", "    if unpacker.unconsumed_tail:", "    if False:", UNIT + "jobs/test_link_check_sitemap.py"),
    Guard("endless tags", "jobs/_link_sitemap.py", "    if _ENDLESS.search(data):", "    if False:", UNIT + "jobs/test_link_check_sitemap.py"),
    Guard("links in a ZIP", "jobs/_zip_read.py", "    if kind not in (0, stat.S_IFREG):", "    if False:", UNIT + "jobs/test_thumbnails_zip.py"),
    Guard("bombs in a ZIP", "jobs/_zip_read.py", "    if info.file_size > RATIO_FROM_BYTES and", "    if False and", UNIT + "jobs/test_thumbnails_zip.py"),
    Guard("names in a ZIP", "jobs/_zip_names.py", "    _refuse_tricks(name)\n", "", UNIT + "jobs/test_thumbnails_zip.py"),
    Guard("shared bytes in a ZIP", "jobs/_zip_read.py", "if info.header_offset in overlapping:", "if False:", UNIT + "jobs/test_thumbnails_zip.py"),
    Guard("an upload is an upload", "jobs/_files.py", " or not _ID.fullmatch(upload_id):", ":", UNIT + "jobs/test_files.py"),
    Guard("login before all", SECURITY, "        return _to_login(config)\n", "        pass\n", INTEGRATION + "test_login.py -k 'unknown_but or upgrade_without'"),
    Guard("a new login is a new session", "webapp/accounts/sessions.py", "secrets.token_hex(16)", '"always"', INTEGRATION + "test_login.py -k planted_before"),
    Guard("guesses are slowed", "webapp/api/login.py", "    if wait := gate.attempts.count(name, web.address()):", "    if wait := 0:", INTEGRATION + "test_login.py -k who_guesses"),
    Guard("unknown names take as long", "webapp/accounts/passwords.py", "stored or like or _nobody()", "stored or 'x'", INTEGRATION + "test_login.py -k as_long"),
    Guard("a login ends", "webapp/accounts/gate.py", "return found if found and not self._are_ended([found])[0] else None", "return found", INTEGRATION + "test_login.py -k 'logout_holds or everywhere_is'"),
    Guard("rights end what is open", "webapp/accounts/watch.py", "            if not one.known.same_as(found):", "            if False:", INTEGRATION + "test_tokens.py -k with_the_token"),
    Guard("ids across rights", "webapp/actions/reach.py", "not (self.is_there and rights.sees_job(self.queue, self.function))", "not self.is_there", INTEGRATION + "test_authorize.py -k not_there"),
    Guard("proxies that are believed", "webapp/accounts/proxies.py", "        return any(found in network for network in self._networks)", "        return True", UNIT + "test_security_login.py"),
)  # fmt: skip
