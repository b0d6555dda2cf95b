"""A stand-in for S3: objects in a folder, put, got and listed with requests whose signature
(AWS Signature Version 4) is checked. May be killed at any time. Standard library only.

usage: s3.py PORT FOLDER ACCESS_KEY SECRET_KEY REGION
"""

import hashlib
import hmac
import http.server
import os
import pathlib
import random
import sys
import urllib.parse
from xml.sax.saxutils import escape

MAX_KEYS = 1000
# One put in so many is stored and then answered as if it were not.
LOSE_ANSWERS = 20


def canonical_query(query: str) -> str:
    """A query as it is signed: by name, every character escaped that may be."""
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    quoted = [(urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~"))
              for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(quoted))


def signature(secret: str, region: str, request, body: bytes, signed: str) -> str:
    """The signature that the request has to have."""
    path, _, query = request.path.partition("?")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.split(";"))
    payload = hashlib.sha256(body).hexdigest()
    canonical = "\n".join((request.command, path, canonical_query(query), headers, signed, payload))
    stamp = request.headers["X-Amz-Date"]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = ("AWS4" + secret).encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder = pathlib.Path()
    access, secret, region = "", "", ""

    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status: int, body: bytes = b""):
        """Sends an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_signed(self, body: bytes) -> bool:
        """Whether the caller knows the secret and has signed all that matters."""
        words = self.headers.get("Authorization", "").replace(",", " ").split()
        if not words or words[0] != "AWS4-HMAC-SHA256":
            return False
        fields = dict(word.split("=", 1) for word in words[1:])
        signed = fields.get("SignedHeaders", "")
        wanted = {"host", "x-amz-date", "x-amz-content-sha256"}
        if not fields.get("Credential", "").startswith(self.access + "/") or not wanted <= set(signed.split(";")):
            return False
        if self.headers.get("X-Amz-Content-Sha256") != hashlib.sha256(body).hexdigest():
            return False
        return hmac.compare_digest(fields.get("Signature", ""),
                                   signature(self.secret, self.region, self, body, signed))

    def file_of(self) -> pathlib.Path:
        """Where the object of this request is kept."""
        key = urllib.parse.unquote(self.path.partition("?")[0]).split("/", 2)[2]
        return self.folder / urllib.parse.quote(key, safe="")

    def do_PUT(self):
        """Stores an object whole, or not at all."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.is_signed(body):
            return self.answer(403)
        file = self.file_of()
        part = file.with_name(f".{file.name}.{random.getrandbits(64):x}")
        part.write_bytes(body)
        try:
            if self.headers.get("If-None-Match") == "*":
                os.link(part, file)
            else:
                os.replace(part, file)
        except FileExistsError:
            return self.answer(412)
        finally:
            part.unlink(missing_ok=True)
        return self.answer(503 if random.randrange(LOSE_ANSWERS) == 0 else 200)

    def do_GET(self):
        """An object, or a list of keys."""
        if not self.is_signed(b""):
            return self.answer(403)
        query = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))
        if query.get("list-type") == "2":
            return self.answer(200, self.list_of(query))
        file = self.file_of()
        return self.answer(200, file.read_bytes()) if file.exists() else self.answer(404)

    def list_of(self, query: dict) -> bytes:
        """ListObjectsV2."""
        keys = sorted(urllib.parse.unquote(file.name) for file in self.folder.iterdir()
                      if not file.name.startswith("."))
        keys = [key for key in keys
                if key.startswith(query.get("prefix", "")) and key > query.get("start-after", "")]
        shown = keys[:min(MAX_KEYS, int(query.get("max-keys", MAX_KEYS)))]
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in shown)
        return f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>{contents}</ListBucketResult>'.encode()


if __name__ == "__main__":
    Handler.folder = pathlib.Path(sys.argv[2])
    Handler.folder.mkdir(parents=True, exist_ok=True)
    Handler.access, Handler.secret, Handler.region = sys.argv[3:6]
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
