"""A private nginx on free ports: the floor for what a proxy costs."""

import pathlib
import subprocess
import tempfile

import servers

PROGRAM = pathlib.Path("/usr/sbin/nginx")
# As large as the answer to a submit.
ANSWER = '{"id":"' + "0" * 36 + '","status":"IN_QUEUE","text":"' + "x" * 180 + '"}'
CONFIG = """daemon off;
pid {folder}/pid;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000000;
  upstream trivial {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{upstream};
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
  server {{
    listen 127.0.0.1:{proxy};
    location / {{ proxy_pass http://trivial; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


class Nginx:
    """nginx answering by itself on `upstream`, and passing on to that on `proxy`. Use it
    as a context manager."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-nginx-"))
        self.upstream, self.proxy = servers.free_port(), servers.free_port()
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=self.folder, upstream=self.upstream, proxy=self.proxy,
                                        answer=ANSWER))
        self.process = subprocess.Popen(
            [str(PROGRAM), "-e", str(self.folder / "error.log"), "-c", str(config)])
        servers.wait_until(lambda: servers.accepts(self.proxy), "nginx to listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        servers.stop(self.process)
        servers.remove(self.folder)


def is_installed() -> bool:
    """Whether there is an nginx."""
    return PROGRAM.exists()
