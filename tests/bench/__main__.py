"""All benchmarks, one after another: `python -m tests.bench`."""

from tests.bench import commands, live_costs, others, placebo_speed, scan_speed, store_speed, study_scale, study_speed

for benchmark in (commands, study_speed, placebo_speed, store_speed, live_costs, others, scan_speed, study_scale):
    benchmark.main()
