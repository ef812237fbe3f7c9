"""What operators ask of the gateway."""

from deploy.local.servers import Servers
from tests.gateway.asking import HTML
from tests.support import System, client, eventually, started


async def test_what_operators_and_tools_ask_for(system: System) -> None:
    async with started(system.app("gateway")) as app, client(app) as http:
        live = await http.get("/health/live")
        assert (live.status_code, live.json()["status"]) == (200, "ok")
        ready = await eventually(
            lambda: http.get("/health/ready"), lambda answer: answer.status_code == 200
        )
        assert ready.json() == {"status": "ok", "problems": []}
        metrics = await http.get("/metrics")
        assert metrics.status_code == 200
        assert metrics.headers["content-type"].startswith("text/plain")
        assert "# TYPE" in metrics.text
        status = (await http.get("/status")).json()
        assert status["service"] == "gateway"
        assert status["records"] == {"authors": 0, "works": 0}
        document = (await http.get("/openapi.json")).json()
        for path in ("/researchers", "/researchers/{author_id}", "/works/{work_id}"):
            assert f"/api/v1{path}" in document["paths"]
        assert (await http.get("/", headers=HTML)).status_code == 200


async def test_a_gateway_whose_database_is_away_says_so(servers: Servers) -> None:
    away = Servers(servers.kafka_bootstrap, "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200")
    async with client(System(away, "nowhere").app("gateway")) as http:
        assert (await http.get("/health/live")).status_code == 200
        ready = await http.get("/health/ready")
        assert ready.status_code == 503
        assert "database" in ready.text
