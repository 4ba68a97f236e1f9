OPEN: dict[str, str] = {}
