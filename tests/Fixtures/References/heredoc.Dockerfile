FROM debian:12-slim
RUN <<EOF
FROM not/an/image:1
COPY --from=not/an/image:2 . .
EOF
COPY <<"ONE" <<-TWO /etc/
FROM not/an/image:3
ONE
	FROM not/an/image:4
	TWO
RUN echo $((1<<2))
COPY --from=registry:2 /bin/registry /bin/
