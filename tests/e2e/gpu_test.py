"""What workers report of their GPUs, through the whole suite and from a driver that is a fake."""

import os
import pathlib
import shutil
import tempfile

import case
import servers
import suite


class GpuTest(case.SuiteCase):
    """One GPU of which 900 MiB are in use, by whom the driver does not say."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="furnace-nvml-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        library = folder / "libnvidia-ml.so.1"
        shutil.copy(pathlib.Path(os.environ["FURNACE_BIN"]) / "libfake-nvml.so", library)
        (folder / f"{library.name}.state").write_text("gpus 1\nused 0 900\nxid 0 79\n")
        cls.suite = suite.Suite(os.environ["FURNACE_BIN"],
                                extra={"scheduler": {"FURNACE_NVML_LIBRARY": str(library)}})
        cls.addClassCleanup(cls.suite.close)

    def _await_reading(self, endpoint: str) -> dict:
        """Polls until the endpoint's worker has told how its GPU is."""
        return servers.wait_until(
            lambda: next((worker for worker in self.workers(endpoint) if worker.get("gpu_readings")), None),
            "a worker to tell how its GPU is", case.JOB_TIMEOUT_S)

    def test_a_worker_shows_its_gpus_and_a_job_what_it_used_at_most(self):
        endpoint = self.endpoint("gpu")
        with self.gate(endpoint) as job_id:
            worker = self._await_reading(endpoint)
            self.assertEqual(worker["gpus"], [
                {"model": "NVIDIA H200", "uuid": "GPU-fake-0", "memory_mib": 143771}])
            self.assertEqual(worker["gpu_readings"], [
                {"uuid": "GPU-fake-0", "memory_used_mib": 900, "utilization_percent": 45, "temperature_celsius": 61,
                 "power_watts": 351, "last_xid": 79, "ecc_uncorrected": 0, "problem": "error XID 79"}])
            self.assertIn("gpus_read_at", worker)
        job = self.complete(job_id)
        self.assertEqual(job["gpu_memory_peak_mib"], 900)
        self.assertEqual(dict(self.job(job_id), attempts=[]), job)
        # The list has it from PostgreSQL.
        listed = servers.wait_until(
            lambda: next((each for each in self.pages("/v1/jobs", "jobs", endpoint_id=endpoint)
                          if each["status"] == "COMPLETED"), None), "the job to be stored")
        self.assertEqual(listed["gpu_memory_peak_mib"], 900)


if __name__ == "__main__":
    case.main()
