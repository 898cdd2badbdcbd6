# syntax=docker/dockerfile:1

# The stylesheet and the script.
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY static ./static
RUN npm run build

# The program: one file, no C library.
FROM golang:1.26-bookworm AS program
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=assets /src/static/dist ./static/dist
ARG VERSION=development
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/commoncase ./cmd/commoncase \
 && mkdir -p /out/data

# What runs: certificates, time zones, the program, and no shell to break into.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=program /out/commoncase /usr/local/bin/commoncase
COPY --from=program --chown=nonroot:nonroot /out/data /data
ENV COMMONCASE_DATA_DIR=/data \
    COMMONCASE_ADDR=:8080
VOLUME /data
EXPOSE 8080
USER nonroot:nonroot
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["commoncase", "doctor", "--health"]
ENTRYPOINT ["commoncase"]
CMD ["serve"]
