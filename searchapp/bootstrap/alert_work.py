"""Alerts, and the timer that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from searchapp.bootstrap.child_processes import process_of, settings_of_parent
from searchapp.bootstrap.engine_choice import engine_named, generations_of, open_analyzer
from searchapp.bootstrap.search_service import open_service
from searchapp.config import Config

if TYPE_CHECKING:
    from searchapp.alerts.alert_run import Alerts, AlertsSummary
    from searchapp.alerts.alert_timer import AlertTimer
    from searchapp.search.service import SearchService

__all__ = ["open_alert_timer", "open_alerts", "run_alerts", "run_alerts_of_parent"]

_LOW_PRIORITY: Final = 10


def open_alerts(config: Config, service: SearchService) -> Alerts:
    """Return the alerts of ``config.alerts``; ``service`` searches ``config.index``."""
    from searchapp.alerts.alert_run import Alerts
    from searchapp.alerts.delivery import Channels
    from searchapp.alerts.digest import Masthead
    from searchapp.indexing.documents import DocumentMaker

    host = f"[{config.host}]" if ":" in config.host else config.host
    address = config.site_address or f"http://{host}:{config.port}{config.url_prefix}"
    masthead = Masthead(config.site_name, address, config.language, config.timezone)
    return Alerts(
        folder=config.alerts,
        generations=generations_of(config),
        service=service,
        engine=engine_named(config.engine, config),
        make=DocumentMaker(config.timezone, open_analyzer(config)),
        channels=Channels(config.alerts, config.alerts_mailer, config.alerts_sender, masthead),
    )


def run_alerts(config: Config) -> AlertsSummary | None:
    """Run the alerts on the published generation; None where there are none. Raises what :meth:`Alerts.run` does."""
    from searchapp.alerts import ALERT_FILE

    if not (config.alerts / ALERT_FILE).exists():
        return None
    service = open_service(config)
    try:
        return open_alerts(config, service).run()
    finally:
        service.close()


def open_alert_timer(config: Config) -> AlertTimer:
    """Return the timer that runs the alerts after each publish, in a process that leaves searches undisturbed."""
    from searchapp.alerts.alert_timer import AlertTimer

    def run() -> bool:
        with process_of(run_alerts_of_parent, config) as process:
            pass
        return process.returncode == 0

    return AlertTimer(config.alerts, lambda: generations_of(config).current_or_none() or "", run)


def run_alerts_of_parent() -> None:
    """Run the alerts in a process of their own, with the settings that the parent sends."""
    run_alerts(settings_of_parent(_LOW_PRIORITY)[1])
