"""All benchmarks, one after another: `python -m tests.bench`."""

from tests.bench import commands, others, placebo_speed, study_speed

for benchmark in (commands, study_speed, placebo_speed, others):
    benchmark.main()
