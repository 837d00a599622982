# syntax=docker/dockerfile:1
ARG V="3.20"
FROM alpine:${V} AS a
RUN cat <<EOF \
  && true
FROM not/an/image:1
EOF
FROM --platform=linux/amd64 \
  busybox:1.36
