"""The code of docs/webhooks.md, run on the example of the Standard Webhooks specification."""

import json
import pathlib
import re
import shutil
import subprocess
import unittest
from unittest import mock

from test_webhooks import BODY, HEADERS, SECRET, SENT

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"


def code(language: str) -> str:
    """The one block of code in this language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.M | re.S)
    return block


# What is genuine, at a time, and what is not.
CASES = [
    (HEADERS, BODY, SENT + 10, True),
    ({**HEADERS, "webhook-signature": "v1,AAAA v2,\u00e4 " + HEADERS["webhook-signature"]}, BODY, SENT, True),
    (HEADERS, BODY + b" ", SENT, False),
    (HEADERS, BODY, SENT + 301, False),
    ({**HEADERS, "webhook-id": "other"}, BODY, SENT, False),
    ({**HEADERS, "webhook-timestamp": "x"}, BODY, SENT, False),
    ({}, BODY, SENT, False),
]


class WebhookDocsTest(unittest.TestCase):
    """What readers copy."""

    def test_the_python_code_tells_what_is_genuine(self):
        names = {}
        exec(code("python"), names)  # pylint: disable=exec-used
        for headers, body, now, genuine in CASES:
            with self.subTest(headers=headers, now=now), mock.patch("time.time", return_value=now):
                self.assertEqual(names["is_genuine"](SECRET, headers, body), genuine)

    @unittest.skipUnless(shutil.which("node"), "needs node")
    def test_the_node_code_tells_what_is_genuine(self):
        cases = [[headers, body.decode(), now] for headers, body, now, _ in CASES]
        script = code("js") + f"""
            const results = {json.dumps(cases)}.map(([headers, body, now]) => {{
              Date.now = () => now * 1000;
              return isGenuine({json.dumps(SECRET)}, headers, Buffer.from(body));
            }});
            console.log(JSON.stringify(results));"""
        ended = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
        self.assertEqual(json.loads(ended.stdout), [genuine for *_, genuine in CASES])


if __name__ == "__main__":
    unittest.main()
