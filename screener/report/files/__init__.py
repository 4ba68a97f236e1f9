"""Files that know their types and units, and what describes all files: the data dictionary and the JSON Schema."""
