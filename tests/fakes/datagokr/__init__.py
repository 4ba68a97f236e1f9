"""A stand-in for data.go.kr beside that of the exchange, on a loopback port; no test needs the real ones.

with DataGoKr(market) as service:
    service.says = refusal(22)                       # every answer from now on
    subprocess.run([...], env={**os.environ, **service.environment, "DATA_GO_KR_KEY": service.key})
"""

from tests.fakes.datagokr.answers import HOST, DataGoKr, Row, plain, refusal

__all__ = ["HOST", "DataGoKr", "Row", "plain", "refusal"]
