"""Payloads come through byte for byte, whatever their size and spelling."""

import base64
import json

import case

# Valid JSON that any second encoder would spell differently.
ODD_TEXTS = (
    '12345678901234567890123456789',
    '-0',
    '1.0',
    '1E400',
    '0.1000000000000000055511151231257827',
    '"\\u00e9 \\/ \\u0000 \\ud83d\\ude00"',
    '"é \U0001f525 \u2028"',
    '{ "b" : 1 , "a" : [ ] , "b" : 2 }',
    '[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]',
    '"' + "long " * 1000 + '\\u0020"',
    'null',
    'false',
    '""',
)


class PayloadTest(case.SuiteCase):
    def run_raw(self, endpoint: str, text: str) -> dict:
        """Runs a job whose input is spelled so."""
        status, answer = self.raw("POST", f"/v1/endpoints/{endpoint}/run", b'{"input":%s}' % text.encode())
        self.assertEqual(status, 200, answer)
        return self.complete(json.loads(answer)["id"])

    def test_the_handler_gets_the_input_as_the_client_spelled_it(self):
        endpoint = self.endpoint("bare", handler_path="bare.py")
        for text in ODD_TEXTS:
            with self.subTest(text=text[:40]):
                job = self.run_raw(endpoint, text)
                self.assertEqual(job["output"], '{"id":"%s","input":%s}' % (job["id"], text))

    def test_the_input_is_shown_as_the_client_spelled_it(self):
        endpoint = self.endpoint("shown", handler_path="bare.py")
        for text in ODD_TEXTS:
            with self.subTest(text=text[:40]):
                job = self.run_raw(endpoint, text)
                self.assertNotIn("input", self.job(job["id"]))
                _, answer = self.raw("GET", f"/v1/jobs/{job['id']}?include_input=true")
                self.assertIn(b'"input":' + text.encode(), answer)

    def test_the_output_is_shown_as_the_handler_spelled_it(self):
        endpoint = self.endpoint("spelled", handler_path="bare.py")
        for text in ODD_TEXTS:
            with self.subTest(text=text[:40]):
                body = base64.b64encode(b'{"output":%s}' % text.encode()).decode()
                job = self.run_job(endpoint, {"report_base64": body})
                _, answer = self.raw("GET", f"/v1/jobs/{job['id']}")
                self.assertIn(b'"output":' + text.encode(), answer)

    def test_big_integers_and_characters_of_all_planes_survive_python(self):
        endpoint = self.endpoint("python")
        value = {"int": 2**80, "negative": -(2**63), "text": "a\0é\u2028\ufffd\U0001f525\U0010ffff", "": []}
        self.assertEqual(self.run_job(endpoint, value)["output"]["echo"], value)

    def test_a_large_input_and_a_large_output_come_back_whole(self):
        endpoint = self.endpoint("large")
        text = "0123456789abcdef" * (1 << 16)
        job = self.run_job(endpoint, {"op": "echo", "text": text})
        self.assertEqual(job["output"]["echo"]["text"], text)
        shown = self.call("GET", f"/v1/jobs/{job['id']}?include_input=true")
        self.assertEqual(shown["input"]["text"], text)
        job = self.run_job(endpoint, {"op": "large", "bytes": 5_000_000})
        self.assertEqual(job["output"], {"text": "x" * 5_000_000})
        self.assertEqual(self.job(job["id"])["output"], {"text": "x" * 5_000_000})

    def test_a_batch_may_mix_small_and_large_inputs(self):
        endpoint = self.endpoint("mixed")
        inputs = [str(n) * (n * 3000 + 1) for n in range(10)]
        ids = self.call("POST", f"/v1/endpoints/{endpoint}/batch",
                        {"jobs": [{"input": each} for each in inputs]})["job_ids"]
        self.assertEqual([self.complete(job_id)["output"]["echo"] for job_id in ids], inputs)


if __name__ == "__main__":
    case.main()
