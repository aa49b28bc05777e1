"""The errors of searchapp, as a tree. The message of each leaf says what to do next.

::

    SearchappError
    ├── UserError         you can fix it                          exit 2  HTTP 400
    │   ├── ConfigurationError   one or more wrong settings
    │   ├── CorpusMissing        the corpus path is not there
    │   ├── FileMissing          a file that a command was told to read is not there
    │   ├── CorpusShrunk         most of the corpus is gone
    │   ├── CorpusReplaced       another corpus is named than the one that is indexed
    │   ├── RejectsRefused       articles were rejected, and --strict
    │   ├── BackupRefused        a backup cannot be written or restored here
    │   ├── InvalidRequest       one or more wrong parameters of a search
    │   ├── InvalidRecord        an article that cannot be written      HTTP 422
    │   ├── InvalidRecords       several that cannot be written         HTTP 422
    │   ├── PreconditionFailed   an article exists, or does not         HTTP 412
    │   ├── ScopeMissing         a token without the scope that is needed HTTP 403
    │   ├── InvalidTokenName     a token cannot have this name
    │   ├── TokenExists          there is a token of this name
    │   └── WritingOff           no articles are accepted here          HTTP 403
    ├── NotFound          the named thing is not there            exit 3  HTTP 404
    │   ├── ArticleNotFound
    │   ├── ArticleWithdrawn     its newspaper withdrew it              HTTP 410
    │   ├── TokenMissing         there is no token of this name
    │   └── GenerationMissing    no generation of this name is kept
    ├── Unavailable       try again, or start what is missing     exit 4  HTTP 503
    │   ├── IndexMissing         nothing was indexed yet
    │   ├── IndexOfOtherVersion  another version made the index, in a form of its own
    │   ├── IndexInaccessible    the system denies reading the index
    │   ├── IndexUnwritable      the system denies writing the index
    │   ├── SystemRefused        the system refuses a file that a command needs
    │   ├── IndexLocked          another reindex is running
    │   ├── CorpusLocked         other articles are being written
    │   ├── CorpusUnwritable     the journal cannot be written
    │   ├── StorageFull          a disk is full, nothing was written    HTTP 507
    │   ├── DiskFull             the disk of the index is full          HTTP 507
    │   ├── CorpusChanged        files changed while they were read
    │   ├── AuditUnwritable      a change cannot be recorded, and is not made
    │   ├── TokensUnusable       the file of the tokens cannot be used
    │   ├── TooBusy              too many searches at once
    │   ├── Stopping             the server has been told to stop
    │   ├── OutOfTime            a search whose whole result is needed takes too long
    │   └── EngineUnavailable    the engine is not installed or not running
    └── Corrupt           stored data is damaged                  exit 5  HTTP 503
        ├── IndexDamaged
        ├── BackupDamaged
        └── VerificationFailed   a new index differs from the corpus

An error carries :class:`~searchapp.i18n.Message` values, so that a page, a JSON answer and a terminal each say it in
their reader's language. A message never holds a path of the server's that the person asking did not name.
"""

from __future__ import annotations

from searchapp.errors.access_errors import (
    AuditUnwritable,
    InvalidTokenName,
    ScopeMissing,
    TokenExists,
    TokenMissing,
    TokensUnusable,
)
from searchapp.errors.base import Corrupt, NotFound, SearchappError, Unavailable, UserError, system_reason
from searchapp.errors.corpus_errors import (
    CorpusChanged,
    CorpusLocked,
    CorpusMissing,
    CorpusReplaced,
    CorpusShrunk,
    CorpusUnwritable,
    FileMissing,
    InvalidRecord,
    InvalidRecords,
    PreconditionFailed,
    RejectsRefused,
    StorageFull,
    WritingOff,
)
from searchapp.errors.index_errors import (
    BackupDamaged,
    BackupRefused,
    DiskFull,
    GenerationMissing,
    IndexDamaged,
    IndexInaccessible,
    IndexLocked,
    IndexMissing,
    IndexOfOtherVersion,
    IndexUnwritable,
    VerificationFailed,
)
from searchapp.errors.installing import install_command
from searchapp.errors.request_errors import (
    ArticleNotFound,
    ArticleWithdrawn,
    ConfigurationError,
    EngineUnavailable,
    InvalidRequest,
    OutOfTime,
    Stopping,
    SystemRefused,
    TooBusy,
)

__all__ = [
    "ArticleNotFound",
    "ArticleWithdrawn",
    "AuditUnwritable",
    "BackupDamaged",
    "BackupRefused",
    "ConfigurationError",
    "CorpusChanged",
    "CorpusLocked",
    "CorpusMissing",
    "CorpusReplaced",
    "CorpusShrunk",
    "CorpusUnwritable",
    "Corrupt",
    "DiskFull",
    "EngineUnavailable",
    "FileMissing",
    "GenerationMissing",
    "IndexDamaged",
    "IndexInaccessible",
    "IndexLocked",
    "IndexMissing",
    "IndexOfOtherVersion",
    "IndexUnwritable",
    "InvalidRecord",
    "InvalidRecords",
    "InvalidRequest",
    "InvalidTokenName",
    "NotFound",
    "OutOfTime",
    "PreconditionFailed",
    "RejectsRefused",
    "ScopeMissing",
    "SearchappError",
    "Stopping",
    "StorageFull",
    "SystemRefused",
    "TokenExists",
    "TokenMissing",
    "TokensUnusable",
    "TooBusy",
    "Unavailable",
    "UserError",
    "VerificationFailed",
    "WritingOff",
    "install_command",
    "system_reason",
]
