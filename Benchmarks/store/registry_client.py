"""The least that a client of a registry needs, with files sent by sendfile: it must not be what is measured."""

import os
import socket

BUFFER = 4 << 20


class Registry:
    """One connection to a registry on the loopback interface. Requests are made one after the other."""

    def __init__(self, port):
        self.port = port
        self.socket = None
        self.buffer = bytearray(BUFFER)

    def connect(self):
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def request(self, method, target, headers=None, body=b"", path=None):
        """Sends a request, whose body may be a file at `path`; returns status, headers and the length of the body,
        which is still to be read."""
        self.connect()
        size = os.path.getsize(path) if path else len(body)
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {size}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if path:
            with open(path, "rb") as file:
                sent = 0
                while sent < size:
                    sent += os.sendfile(self.socket.fileno(), file.fileno(), sent, size - sent)
        return self._head(method)

    def _head(self, method):
        data, end = bytearray(), -1
        while end < 0:
            part = self.socket.recv(65536, socket.MSG_PEEK)
            if not part:
                raise SystemExit("the registry closed the connection")
            end = (data + part).find(b"\r\n\r\n")
            data += self.socket.recv(len(part) if end < 0 else end + 4 - len(data))
        first, *rest = data.decode().split("\r\n")
        headers = {}
        for line in rest:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        status = int(first.split()[1])
        has_body = method != "HEAD" and status != 204
        return status, headers, int(headers.get("content-length", 0)) if has_body else 0

    def discard(self, length):
        """Reads the body and throws it away."""
        left = length
        view = memoryview(self.buffer)
        while left > 0:
            count = self.socket.recv_into(view, min(left, BUFFER))
            if count == 0:
                raise SystemExit("the registry closed the connection")
            left -= count

    def body(self, length):
        parts = bytearray()
        while len(parts) < length:
            part = self.socket.recv(length - len(parts))
            if not part:
                raise SystemExit("the registry closed the connection")
            parts += part
        return bytes(parts)

    def call(self, expected, method, target, **rest):
        """A request whose answer must have one of the statuses `expected`; returns status and headers."""
        status, headers, length = self.request(method, target, **rest)
        body = self.body(length)
        if status not in expected:
            raise SystemExit(f"{method} {target}: {status} {body[:300].decode(errors='replace')}")
        return status, headers

    def has(self, repository, digest):
        return self.call((200, 404), "HEAD", f"/v2/{repository}/blobs/{digest}")[0] == 200

    def upload(self, repository, digest, path=None, body=b"", source=None):
        """Uploads a blob as `docker push` does: a POST (which may find it in the repository `source`), the bytes in a
        PATCH, and a PUT that names the digest."""
        query = f"?mount={digest}&from={source}" if source else ""
        status, headers = self.call((201, 202), "POST", f"/v2/{repository}/blobs/uploads/{query}")
        if status == 201:
            return
        sent = {"Content-Type": "application/octet-stream"}
        _, headers = self.call((202,), "PATCH", self._place(headers), headers=sent, path=path, body=body)
        place = self._place(headers)
        separator = "&" if "?" in place else "?"
        self.call((201,), "PUT", f"{place}{separator}digest={digest}")

    def download(self, repository, digest):
        """Reads a blob and throws it away; returns its length."""
        status, headers, length = self.request("GET", f"/v2/{repository}/blobs/{digest}")
        if status != 200 or length == 0:
            raise SystemExit(f"GET of {digest}: {status} {headers}")
        self.discard(length)
        return length

    def put_manifest(self, repository, tag, media_type, body):
        self.call((201,), "PUT", f"/v2/{repository}/manifests/{tag}", headers={"Content-Type": media_type}, body=body)

    @staticmethod
    def _place(headers):
        place = headers["location"]
        return place[place.index("/v2/") :]
