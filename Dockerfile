# Built by goreleaser, which lays the binaries that it has made beside this file, a folder a platform.
FROM --platform=$BUILDPLATFORM alpine:3.22 AS certificates
RUN apk add --no-cache ca-certificates

# Nothing but the program and the root certificates to know Akamai by. There is no shell in it.
FROM scratch
ARG TARGETPLATFORM
COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY $TARGETPLATFORM/propctl /usr/bin/propctl
# Nobody in particular: the number has no name here, and no home folder, so credentials are mounted and named.
USER 65532:65532
ENTRYPOINT ["/usr/bin/propctl"]
