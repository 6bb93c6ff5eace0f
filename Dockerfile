# The desk as an image: `docker build -t creditdesk .`, or `docker compose up` with compose.yaml. See docs/installing.md.
# Debian's own Python, and pg_dump and pg_restore of the version that compose.yaml serves, for backup and restore.

FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv
WORKDIR /build
COPY requirements-postgresql.txt ./
RUN python3 -m venv /opt/creditdesk \
 && /opt/creditdesk/bin/pip install --no-cache-dir --require-hashes --requirement requirements-postgresql.txt
COPY pyproject.toml README.md LICENSE ./
COPY scripts/build_catalogues.py scripts/
COPY src src/
RUN /opt/creditdesk/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM debian:trixie-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates postgresql-client python3 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin creditdesk \
 && install --directory --owner creditdesk --group creditdesk --mode 0700 /data
COPY --from=build /opt/creditdesk /opt/creditdesk
ENV PATH=/opt/creditdesk/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CREDITDESK_HOME=/data XDG_CACHE_HOME=/tmp/cache
USER creditdesk
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["creditdesk"]
CMD ["desk", "--host", "0.0.0.0", "--no-worker"]
