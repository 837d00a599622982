FROM alpine:3.20 AS alpine
FROM alpine AS two
FROM Alpine
FROM two AS three
FROM	ubuntu:24.04	AS four   
FROM docker.io/library/debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
