"""Child processes of this program: starting one, and pickled messages through its pipes."""

from __future__ import annotations

from searchapp.processes.pipes import Channel, Inbox, read_message, standard_channel, start_process, write_message

__all__ = ["Channel", "Inbox", "read_message", "standard_channel", "start_process", "write_message"]
