"""How fast usage gets into Waybill: recorded beforehand, then delivered to the stand-in."""

import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import servers  # noqa: E402  (these are found by the lines above)
import suite  # noqa: E402
import waybill_process  # noqa: E402

RECORDS = 20_000


def throughput(binaries: pathlib.Path):
    """Prints events a second, of which each is rendered, sent, stored and committed."""
    with suite.Suite(binaries, services=("metering",)) as furnace:
        waybill = waybill_process.Waybill(furnace.folder)
        try:
            subprocess.run([str(binaries / "usage_feeder"), furnace.address("metering"), furnace.token,
                            str(RECORDS), str(int(time.time() * 1_000_000))], check=True)
            furnace.stop("metering")
            furnace.extra["metering"] = {"FURNACE_WAYBILL_URL": waybill.url,
                                         "FURNACE_WAYBILL_API_KEY": waybill_process.API_KEY,
                                         "FURNACE_WAYBILL_SAME_PROJECT_IDS": "true"}
            began = time.monotonic()
            furnace.start("metering")
            servers.wait_until(lambda: furnace.postgres.query(
                "SELECT cursor_seq FROM metering.sinks WHERE name = 'waybill'") == str(RECORDS),
                "all to be delivered", 600)
            took = time.monotonic() - began
            print(f"waybill sink: {waybill.count()} events in {took:.1f} s, {waybill.count() / took:.0f}/s, "
                  "to a stand-in that stores them", flush=True)
        finally:
            waybill.kill()


if __name__ == "__main__":
    throughput(pathlib.Path(sys.argv[1]).resolve())
