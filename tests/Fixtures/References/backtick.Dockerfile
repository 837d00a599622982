# escape=`
ARG VERSION=ltsc2025
FROM mcr.microsoft.com/windows/servercore:${VERSION}
COPY a.txt C:\
RUN powershell -File C:\a.ps1 <<EOF
FROM not/an/image:1
EOF
RUN echo ``
FROM alpine:3.20
