"""The screener for agents: its documents as tools of the Model Context Protocol."""
