"""The local dataset: what was fetched, by source and table, in Parquet files that cannot lose or double a row."""

from screener.data.store.dataset import APPLICATION, Store, without_secrets
from screener.data.store.parquet import Coverage
from screener.data.store.table import Damage, Info, StoredTable

__all__ = ["APPLICATION", "Coverage", "Damage", "Info", "Store", "StoredTable", "without_secrets"]
