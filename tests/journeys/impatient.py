"""What a worker of these tests runs in place of `prefect.engine`: the same, but an outage is waited out in no time."""

import runpy

from flows import tasks

for each in (
    tasks.fetch_token,
    tasks.check_metadata,
    tasks.poll_page,
    tasks.map_and_plan,
    tasks.write_and_settle,
    tasks.verdict,
):
    each.retries, each.retry_delay_seconds = 1, [0.1]
runpy.run_module("prefect.engine", run_name="__main__")
