# The released static program and nothing else; not root. `just dist x86_64-unknown-linux-musl` puts it where COPY looks.
#
#   docker run --rm --user "$(id -u)" -e VAPI_API_KEY -v "$PWD:/work" ghcr.io/vapi-sync/vapi-sync plan
FROM gcr.io/distroless/static-debian12:nonroot
ARG TARGETARCH
COPY target/dist/image/${TARGETARCH}/vapi-sync /usr/local/bin/vapi-sync
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/vapi-sync"]
