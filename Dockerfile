# syntax=docker/dockerfile:1
# One image for every role: `run --role bot|api|scheduler|worker`, and every other command.
# It expects a PostgreSQL at DATABASE_URL: the embedded server is left out.

FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/cost-tracker
WORKDIR /src
COPY requirements-image.lock ./
RUN /opt/cost-tracker/bin/pip install --require-hashes --no-deps -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY core core
COPY migrations migrations
# What only builds, tests or speaks protocols that aren't spoken here is an eighth of the size.
ARG SITE=/opt/cost-tracker/lib/python3.13/site-packages
RUN /opt/cost-tracker/bin/pip install --no-deps --no-build-isolation . \
    && /opt/cost-tracker/bin/pip uninstall -y hatchling pathspec pluggy tomlkit trove-classifiers pip \
    && rm -rf $SITE/pyarrow/include $SITE/pyarrow/*flight* \
    && find $SITE/pyarrow $SITE/numpy $SITE/matplotlib -type d -name tests -prune -exec rm -rf {} + \
    && /opt/cost-tracker/bin/python -c "import bot.__main__, pyarrow.dataset, pyarrow.fs, pyarrow.parquet"

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin cost-tracker \
    && install -d -o cost-tracker -g cost-tracker -m 700 /var/lib/cost-tracker
COPY --from=build /opt/cost-tracker /opt/cost-tracker
ENV PATH=/opt/cost-tracker/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=8080 \
    DATA_DIR=/var/lib/cost-tracker \
    LOG_FORMAT=json
# sources.toml is mounted here.
WORKDIR /etc/cost-tracker
USER 10001:10001
EXPOSE 8080
# Every role answers /healthz.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["cost-tracker"]
CMD ["run"]
