# Sourced by check: small histories, each a function that makes the commits of a new repository with `commit`, one after the
# other. What a RUN makes depends on all that it reads, so that what changes shows.

histories=(web stages settings files)

# One stage: files, settings, and back to what was there before.
web() {
    cat >Dockerfile <<'END'
ARG BASE
FROM ${BASE}
RUN echo tools >/tools
COPY list /app/list
RUN cat /app/list /app/list >/app/installed
COPY src /app/src
RUN cat /app/src/* >/app/program
CMD ["/bin/sh"]
END
    mkdir -p src
    echo one >list
    echo main >src/main
    commit
    echo unused >README
    commit
    echo more >>src/main
    commit
    echo two >list
    commit
    sed -i 's/^CMD.*/CMD ["\/bin\/sh", "-c"]/' Dockerfile
    commit
    sed -i 's/echo tools/echo more tools/' Dockerfile
    commit
    sed -i 's/echo more tools/echo tools/' Dockerfile
    commit
}

# Two stages that the last one copies from.
stages() {
    cat >Dockerfile <<'END'
ARG BASE
FROM ${BASE} AS compile
WORKDIR /work
COPY src .
RUN cat * >/program
FROM ${BASE} AS style
COPY style /style
RUN cat /style/* >/sheet
FROM ${BASE}
COPY --from=compile /program /app/
COPY --from=style /sheet /app/
COPY config /app/config
RUN cat /app/program /app/config/* >/app/ready
END
    mkdir -p src style config
    echo main >src/main
    echo red >style/colours
    echo port >config/ports
    commit
    echo more >>config/ports
    commit
    echo more >>src/main
    commit
    echo blue >>style/colours
    commit
    sed -i 's|^RUN cat \* >/program|RUN cat * * >/program|' Dockerfile
    commit
    commit
}

# Instructions that only change configuration, in front of others.
settings() {
    cat >Dockerfile <<'END'
ARG BASE
FROM ${BASE}
LABEL version=1
ENV MODE=fast
RUN echo $MODE >/mode
COPY list /list
EXPOSE 80
RUN cat /list /mode >/both
END
    echo one >list
    commit
    sed -i 's/version=1/version=2/' Dockerfile
    commit
    sed -i 's/EXPOSE 80/EXPOSE 8080/' Dockerfile
    commit
    sed -i 's/MODE=fast/MODE=slow/' Dockerfile
    commit
    commit
}

# A stage that is not copied from any more, files that are left out, modes and links.
files() {
    cat >Dockerfile <<'END'
ARG BASE
FROM ${BASE} AS early
COPY a /a
RUN cat /a >/early
FROM early AS late
RUN cat /early /early >/late
FROM ${BASE}
COPY --from=late /late /
COPY . /all
RUN ls /all >/listing
END
    echo a >a
    printf 'Dockerfile\n*.log\n' >.dockerignore
    commit
    echo noise >build.log
    commit
    echo b >b
    commit
    ln -s b link
    commit
    chmod +x b
    commit
    sed -i 's/--from=late \/late/--from=early \/early/' Dockerfile
    commit
}
