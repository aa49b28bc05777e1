# docker build -t searchapp .     docs/deploy.md says how to run it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
# The dependencies first: they change less often than the program, and their layer is kept. The pin of Tantivy stands in
# the lock of developers, since only large corpora need it.
COPY requirements.lock requirements-dev.lock ./
RUN python3 -m venv /opt/searchapp
RUN sed -n '/^tantivy==/,/[^\\]$/p' requirements-dev.lock | cat requirements.lock - > image.lock
RUN /opt/searchapp/bin/pip install --quiet --no-cache-dir --require-hashes --requirement image.lock
COPY pyproject.toml README.md LICENSE ./
COPY searchapp searchapp
RUN /opt/searchapp/bin/pip install --quiet --no-cache-dir --no-deps --no-build-isolation .
RUN /opt/searchapp/bin/pip uninstall --quiet --yes editables hatchling pip
RUN mkdir -p /srv/searchapp/corpus /srv/searchapp/index

FROM python:3.11-slim-bookworm
COPY --from=build /opt/searchapp /opt/searchapp
# A volume that is mounted here for the first time belongs to the user too.
COPY --from=build --chown=10001:10001 /srv/searchapp /srv/searchapp
ENV PATH=/opt/searchapp/bin:/usr/local/bin:/usr/bin:/bin
ENV LANG=C.UTF-8
ENV PYTHONDONTWRITEBYTECODE=1
ENV SEARCHAPP_HOST=0.0.0.0
ENV SEARCHAPP_PORT=8000
# Beside the index, the only folder that is written to.
ENV SEARCHAPP_TOKENS=/srv/searchapp/index/tokens.sqlite
WORKDIR /srv/searchapp
USER 10001:10001
EXPOSE 8000
# /healthz and not /readyz: an engine that ends unhealthy containers must not end one that waits for its first index.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"SEARCHAPP_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["searchapp"]
CMD ["serve"]
