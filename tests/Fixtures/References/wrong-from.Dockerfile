FROM alpine:3.20
FROM --platform=linux/arm64
