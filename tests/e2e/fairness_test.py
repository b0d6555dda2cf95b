"""Projects share GPUs: one with much work does not keep another from its turn."""

import os

import case
import suite


class FairnessTest(case.SuiteCase):
    """Two projects and one GPU."""

    @classmethod
    def setUpClass(cls):
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"], gpus="rtx4000=1:20480:simulated",
                                extra={"scheduler": {"FURNACE_FAIR_QUANTUM": "1s"}})
        cls.addClassCleanup(cls.suite.close)

    def as_other(self, method: str, path: str, body=None) -> dict:
        """A call by another project, which has to succeed."""
        return self.call(method, path, body, key=self.other)

    def setUp(self):
        super().setUp()
        self.other = self.new_project("other")[1]["secret"]

    def test_a_project_with_one_job_has_its_turn_before_the_backlog_of_another_is_done(self):
        hog = self.endpoint("hog", max_workers=4)
        backlog = [self.submit(hog, {"op": "sleep", "seconds": 0.5}) for _ in range(40)]
        self.await_status(backlog[4], "COMPLETED")
        endpoint = self.as_other("POST", "/v1/endpoints", {
            "name": "modest", "image_uri": f"file://{case.HANDLERS}", "handler_path": "echo.py",
            "gpu_types": ["rtx4000"], "idle_timeout_seconds": 1})["id"]
        job = self.as_other("POST", f"/v1/endpoints/{endpoint}/run", {"input": 1})["id"]
        done = self.as_other("GET", f"/v1/jobs/{job}/wait?wait_ms=60000")
        self.assertEqual(done["status"], "COMPLETED")
        self.assertEqual(self.job(backlog[-1])["status"], "IN_QUEUE", "the backlog was not waited for")
        for each in backlog:
            self.assertEqual(self.complete(each)["attempt"], 1, "no job was cut short")


if __name__ == "__main__":
    case.main()
