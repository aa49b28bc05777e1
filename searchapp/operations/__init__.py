"""Operations: looking after an installation. The doctor finds what is wrong with it.

- ``finding``: a result of the doctor: a check, how bad it is, and what to do
- ``machine_checks``: disk, fsync, clock, memory, open files
- ``doctor``: the checks of settings, versions, permissions, index and corpus, and the order of all
- ``backup``, ``restore``: a consistent copy of index, journal and settings, and its way back
- ``growth``: time, memory and disk for a number of articles, from measurements
"""
