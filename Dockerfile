# Two images of the extension, for a version of PostgreSQL and a release of Debian:
#
#     docker build --target server -t postgres-lstm-forecast:17 --build-arg PG_MAJOR=17 .
#     docker build --target extension -t lstm-forecast:18 --build-arg PG_MAJOR=18 .
#
# "server" is the official image of PostgreSQL with the extension installed. "extension" is nothing but the extension, in
# the folders that CloudNativePG mounts beside a server of version 18 or later. OpenBLAS is linked into the library, so
# neither needs a package more. scripts/packages.sh runs these steps in a chroot.
ARG PG_MAJOR=18
ARG RELEASE=bookworm

FROM postgres:${PG_MAJOR}-${RELEASE} AS build
ARG PG_MAJOR
RUN apt-get update && \
    apt-get install -y --no-install-recommends gcc libc6-dev make libopenblas-serial-dev postgresql-server-dev-$PG_MAJOR
COPY . /lstm_forecast
RUN make -s -j "$(nproc)" -C /lstm_forecast install BLAS=static DESTDIR=/server \
    PG_CONFIG=/usr/lib/postgresql/$PG_MAJOR/bin/pg_config && \
    strip --strip-unneeded /server/usr/lib/postgresql/$PG_MAJOR/lib/lstm_forecast.so
RUN mkdir -p /server/usr/share/doc/lstm_forecast && \
    cp /lstm_forecast/LICENSE /server/usr/share/doc/lstm_forecast/LICENSE && \
    cp /usr/share/doc/libopenblas-serial-dev/copyright /server/usr/share/doc/lstm_forecast/OpenBLAS
RUN mkdir -p /extension/lib /extension/share/extension /extension/licenses && \
    cp /server/usr/lib/postgresql/$PG_MAJOR/lib/lstm_forecast.so /extension/lib && \
    cp /server/usr/share/postgresql/$PG_MAJOR/extension/lstm_forecast* /extension/share/extension && \
    cp -r /server/usr/share/doc/lstm_forecast /extension/licenses

FROM scratch AS extension
COPY --from=build /extension/ /
USER 65532:65532

FROM postgres:${PG_MAJOR}-${RELEASE} AS server
COPY --from=build /server/ /
