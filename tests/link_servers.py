"""Servers for links to lead to: one path for each way a server behaves, over HTTP and over TLS with any certificate.

All of them listen on loopback addresses. A context manager each; what was asked of them is in `asked`.
"""

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Site:
    """A web site of one's own: `with Site() as site: site.url`."""

    #: Path -> (status, headers, body), for what the paths of `_Handler` cannot do.
    pages: dict[str, Reply] = field(default_factory=dict)
    address: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    #: Most requests that were open at once.
    busiest: int = 0
    open_now: int = 0
    #: Set, it ends everything that hangs.
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Site":
        self._server = (_ServerV6 if ":" in self.address else _Server)((self.address, 0), _Handler)
        self._server.site = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http{'s' if self.tls else ''}://{host}:{self.port}"

    def methods(self, path: str) -> list[str]:
        """How a path was asked for."""
        return [one.method for one in self.asked if one.path == path]


class _Server(ThreadingHTTPServer):
    site: Site
    daemon_threads = True
    block_on_close = True
    request_queue_size = 256

    def finish_request(self, request, client_address) -> None:
        if self.site.tls:
            request.settimeout(5)
            try:
                request = self.site.tls.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
        with request:
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address) -> None:
        """A client that leaves is no error here."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of /<way>/<argument>: the method `_<way>` of this class, or a page of the site."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        site = self.server.site
        with site.lock:
            site.asked.append(Asked(self.command, self.path, dict(self.headers)))
            site.open_now += 1
            site.busiest = max(site.busiest, site.open_now)
        self._is_open = True
        try:
            way, _, argument = self.path.partition("?")[0].strip("/").partition("/")
            page = site.pages.get(self.path)
            self._reply(*page) if page else getattr(self, f"_{way}", self._missing)(argument)
        finally:
            self._end()

    do_HEAD = do_GET

    def _end(self) -> None:
        with self.server.site.lock:
            self.server.site.open_now -= self._is_open
            self._is_open = False

    def _reply(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        # Before the client can have it, and ask for the next.
        self._end()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _ok(self, _: str) -> None:
        self._reply(200, {}, b"fine")

    def _missing(self, _: str) -> None:
        self._reply(404, {}, b"nothing is here")

    def _status(self, number: str) -> None:
        self._reply(int(number), {})

    def _only_get(self, status: str) -> None:
        self._reply(int(status) if self.command == "HEAD" else 200, {}, b"fine")

    def _hates_head(self, _: str) -> None:
        if self.command == "GET":
            self._ok("")
        self.close_connection = True

    def _to(self, argument: str) -> None:
        """/to/301/ok leads to /ok; /to/302//host to another host."""
        status, _, place = argument.partition("/")
        self._reply(int(status), {"Location": f"/{place}"})

    def _count(self, left: str) -> None:
        self._reply(302, {"Location": f"/count/{int(left) - 1}" if int(left) else "/ok"})

    def _nowhere(self, _: str) -> None:
        self._reply(302, {})

    def _after(self, seconds: str) -> None:
        self.server.site.over.wait(float(seconds.partition("/")[0]))
        self._ok("")

    def _stall(self, _: str) -> None:
        """Never answers; ends when the client has left."""
        self.connection.settimeout(0.02)
        while not self.server.site.over.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(1, socket.MSG_PEEK):
                    break
        self.close_connection = True

    def _drop(self, _: str) -> None:
        self.close_connection = True

    def _garbage(self, _: str) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\nand so on\r\n\r\n")
        self.close_connection = True

    def _endless(self, _: str) -> None:
        """A head, and if it was asked for a body that never ends."""
        self.send_response(404 if self.command == "HEAD" else 200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while self.command == "GET" and not self.server.site.over.is_set():
                self.wfile.write(b"x" * 65_536)
        self.close_connection = True

    def _informs(self, _: str) -> None:
        """Says 103 for ever before it answers."""
        with contextlib.suppress(OSError):
            while not self.server.site.over.wait(0.01):
                self.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: who connects is not answered at all."""
    with socket.socket() as server, contextlib.ExitStack() as held:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        time.sleep(0.05)
        yield server.getsockname()[1]


def resolver(names: dict[str, list[str] | Callable[[], list[str]]]) -> Callable:
    """A stand-in for `socket.getaddrinfo`, as a resolver of one's own would answer: names of `names`, and numbers."""
    real = socket.getaddrinfo

    def look_up(host, port, *options, **named):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in names:
            if name and not name[-1].isalpha():
                return real(host, port, *options, **named)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        known = names[name]
        addresses = known() if callable(known) else known
        return [found for address in addresses for found in real(address, port, *options, **named)]

    return look_up


class Authority:
    """Makes certificates with `openssl`, below a root of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "index.txt").touch()
        (folder / "ca.conf").write_text(_CONF.format(folder=folder))
        self._run("req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Test root")
        #: What to trust for its certificates to be good.
        self.root = folder / "ca.pem"

    def context(self, name: str, start: str = "", end: str = "") -> ssl.SSLContext:
        """A server's TLS with a certificate for `name`, valid now or from `start` to `end` (YYMMDDHHMMSSZ)."""
        stem = f"{name}{start}{end}"
        self._run("req", "-new", *_KEY, "-keyout", f"{stem}.key", "-out", f"{stem}.csr", "-subj", f"/CN={name}")
        (self._folder / f"{stem}.ext").write_text(f"subjectAltName = DNS:{name}\n")
        dates = ["-startdate", start, "-enddate", end] if start else ["-days", "30"]
        files = ["-in", f"{stem}.csr", "-out", f"{stem}.pem", "-extfile", f"{stem}.ext"]
        self._run("ca", "-batch", "-config", "ca.conf", "-notext", *dates, *files)
        return self._load(stem)

    def self_signed(self, name: str) -> ssl.SSLContext:
        """The same with a certificate that nobody but itself has signed."""
        stem = f"self-{name}"
        names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        self._run("req", "-x509", *_KEY, "-keyout", f"{stem}.key", "-out", f"{stem}.pem", "-days", "30", *names)
        return self._load(stem)

    def _load(self, stem: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        return context

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_CONF = """
[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
rand_serial = yes
unique_subject = no
policy = any
[any]
commonName = supplied
"""
