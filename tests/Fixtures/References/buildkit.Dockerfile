#!/usr/bin/env -S docker build
# check=skip=JSONArgsRecommended, StageNameCasing; error=true
# syntax=docker/dockerfile:1.9 extra
ARG REGISTRY='ghcr.io' TAG=v"1.2"
FROM ${REGISTRY}/example/base:${TAG} AS base
RUN echo "it\"s" && cat <<'END OF FILE' | sh
FROM not/an/image:1
END OF FILE
RUN python3 - <<-\PY-SCRIPT
	FROM not/an/image:2
	PY-SCRIPT
RUN --mount=type=bind,from=scratch,target=/x --mount=type=cache,target=/y true
COPY --from=scratch . .
COPY file C:\\
FROM alpine:3.20 AS two
RUN ["cat", "<<EOF"]
ONBUILD RUN cat <<EOF
FROM not/an/image:3
EOF
FROM base
FROM ${EMPTY:-} AS three
