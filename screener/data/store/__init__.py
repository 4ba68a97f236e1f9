"""The local dataset: what was fetched, by source and table, in Parquet files that cannot lose or double a row."""

from screener.data.store.dataset import APPLICATION, Store, without_secrets
from screener.data.store.grids import Grids, load_grids
from screener.data.store.manifest import Asked, Manifest, Partition
from screener.data.store.table import Info, StoredTable
from screener.data.store.upkeep import Damage

__all__ = [
    "APPLICATION",
    "Asked",
    "Damage",
    "Grids",
    "Info",
    "Manifest",
    "Partition",
    "Store",
    "StoredTable",
    "load_grids",
    "without_secrets",
]
