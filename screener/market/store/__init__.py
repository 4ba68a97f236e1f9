"""The local dataset: what was fetched, by source and table, in Parquet files that cannot lose or double a row."""

from screener.market.store.dataset import APPLICATION, Store, without_secrets
from screener.market.store.grids import Grids, load_grids
from screener.market.store.manifest import Asked, Manifest, Partition
from screener.market.store.table import Info, StoredTable
from screener.market.store.upkeep import Damage

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
