FROM alpine:3.20
RUN true
  FORM nginx
FROM later:1
