"""All benchmarks, one after another."""

from tests.bench import commands

commands.main()
