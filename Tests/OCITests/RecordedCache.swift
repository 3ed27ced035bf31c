import OCI

/// What BuildKit of Docker 28 exported (`mode=max`) of the same Dockerfile with two versions of `source`:
///
///     FROM scratch AS base
///     COPY base /
///     FROM base AS tools
///     COPY source /source
///     RUN cat /source >/log; echo the same >/tool
///     FROM base
///     COPY --from=tools /tool /tool
///     RUN cat /tool >/made; cat /proc/sys/kernel/random/uuid >/id
///     COPY source /source
///     RUN cat /source /source >/made2
enum RecordedCache: String, CaseIterable {
    case one = """
        {"layers":[{"blob":"sha256:069fa72d36472a71264251ee4561295faa8039bb86d4f99fb09ebbf57864c39f","parent":4},
        {"blob":"sha256:069fa72d36472a71264251ee4561295faa8039bb86d4f99fb09ebbf57864c39f","parent":2},
        {"blob":"sha256:210d50ec8136a8fe45d4cf7b5ebf814673bc7759ecd7497b1c82fd10e5a0e715","parent":5},
        {"blob":"sha256:4f651f99fb06df873148c83be127e1ec453f2f55057dcfe812c52b9158a927d8"},
        {"blob":"sha256:c6b59924d42bed48dcdd578c8e5d8cf4bdc06775f1d48c52ec46e6c315d07d2c","parent":-1},
        {"blob":"sha256:db45c754a377e786263c5f369c613fd731b93b95e7607cea63b9c5417bbe2b2c","parent":4},
        {"blob":"sha256:fe551e70b8d0a5547370930e1e4a582e6fe105a9c2f0d3cd26876da4eb9b9d85","parent":1}],
        "records":[{"layers":[{"layer":2,"createdAt":"2026-11-21T22:40:15.699091551Z"}],
        "digest":"sha256:25ecee1cbe303cb438b7627e9f2f7b9b001c804ef357fb00096534e32eafef7c",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":7}]]},
        {"layers":[{"layer":4,"createdAt":"2026-11-21T22:40:14.736699472Z"}],
        "digest":"sha256:3da1821782e981729be0b0947c0e11cd1b1905157b37e45f2b56dff229809fc2","inputs":[[{"link":6}]]},
        {"digest":"sha256:448056abb0111bb7ec4ce0e8a28f0e9198ad77d381aba8a28b25da8e789b364c"},
        {"layers":[{"layer":1,"createdAt":"2026-11-21T22:40:15.948133335Z"}],
        "digest":"sha256:4e5db7566ff16e6fc2c6a667c6f8b96194e58ba7e955b7d32e1ce47606a26225","inputs":[[{"link":0}],
        [{"link":2}]]},{"layers":[{"layer":0,"createdAt":"2026-11-21T22:40:14.775305861Z"}],
        "digest":"sha256:4e5db7566ff16e6fc2c6a667c6f8b96194e58ba7e955b7d32e1ce47606a26225","inputs":[[{"link":1}],
        [{"link":2}]]},{"digest":"sha256:5cae8891041fbeaa27c85c9f293ce670040898c41a9ee05f0e6bd438bdb07c64"},
        {"digest":"sha256:6d2e628042194f04865b576d079e2cfb485a0bcd86668d6b83714708a2cc137e"},
        {"layers":[{"layer":5,"createdAt":"2026-11-21T22:40:15.306820735Z"}],
        "digest":"sha256:76b813d58cf79c49175205e0958a9dfa708f305911916c406ea0980bbd3917d0","inputs":[[{"link":1}],
        [{"link":5},
        {"selector":"sha256:d3be381b3bcb529a89a2fa11890358fbc1454de304e00a37694c2f65963fe28f","link":9}]]},
        {"layers":[{"layer":6,"createdAt":"2026-11-21T22:40:16.361632094Z"}],
        "digest":"sha256:8351a9c781a5027baa4c8e24e2a58848af0a38bf73946274e80245cba0764f87",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":3}]]},
        {"layers":[{"layer":3,"createdAt":"2026-11-21T22:40:15.254765228Z"}],
        "digest":"sha256:96f1edd791ecad3647890eb4512f011c3174bc54085b0732eccce80f427c7f69",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":4}]]}]}
        """
    case two = """
        {"layers":[{"blob":"sha256:29a4a9368cd15deba618df7f99f31ee5b3eb6a60d1964a7905203ae99fa6a15f","parent":4},
        {"blob":"sha256:4ee4af3f0f4ce86e1317970bfc55a162e03642cfa1acf1644c9f265c8bddc99e"},
        {"blob":"sha256:80319eec5a67e55b3e0903a0b64ce407414b3f3785ccb78e3d5398c17197bb88","parent":5},
        {"blob":"sha256:c0a0889a39d96a9a89ffdcc8ee190cc82b979b6c6402046cd4a8127979e5b904","parent":6},
        {"blob":"sha256:c6b59924d42bed48dcdd578c8e5d8cf4bdc06775f1d48c52ec46e6c315d07d2c","parent":-1},
        {"blob":"sha256:d54aa51e1e5d3b5207619e0bc0f98f497f7ae4115dc56eca593b42ee21d60c9c","parent":4},
        {"blob":"sha256:d54aa51e1e5d3b5207619e0bc0f98f497f7ae4115dc56eca593b42ee21d60c9c","parent":1}],
        "records":[{"layers":[{"layer":1,"createdAt":"2026-11-21T22:40:27.430489583Z"}],
        "digest":"sha256:25ecee1cbe303cb438b7627e9f2f7b9b001c804ef357fb00096534e32eafef7c",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":6}]]},
        {"layers":[{"layer":4,"createdAt":"2026-11-21T22:40:26.437672275Z"}],
        "digest":"sha256:3da1821782e981729be0b0947c0e11cd1b1905157b37e45f2b56dff229809fc2","inputs":[[{"link":5}]]},
        {"layers":[{"layer":6,"createdAt":"2026-11-21T22:40:27.468301252Z"}],
        "digest":"sha256:4e5db7566ff16e6fc2c6a667c6f8b96194e58ba7e955b7d32e1ce47606a26225","inputs":[[{"link":0}],
        [{"link":9}]]},{"layers":[{"layer":5,"createdAt":"2026-11-21T22:40:26.65757135Z"}],
        "digest":"sha256:4e5db7566ff16e6fc2c6a667c6f8b96194e58ba7e955b7d32e1ce47606a26225","inputs":[[{"link":1}],
        [{"link":9}]]},{"digest":"sha256:5cae8891041fbeaa27c85c9f293ce670040898c41a9ee05f0e6bd438bdb07c64"},
        {"digest":"sha256:6d2e628042194f04865b576d079e2cfb485a0bcd86668d6b83714708a2cc137e"},
        {"layers":[{"layer":0,"createdAt":"2026-11-21T22:40:27.025318444Z"}],
        "digest":"sha256:76b813d58cf79c49175205e0958a9dfa708f305911916c406ea0980bbd3917d0","inputs":[[{"link":1}],
        [{"link":4},
        {"selector":"sha256:d3be381b3bcb529a89a2fa11890358fbc1454de304e00a37694c2f65963fe28f","link":8}]]},
        {"layers":[{"layer":3,"createdAt":"2026-11-21T22:40:27.757019691Z"}],
        "digest":"sha256:8351a9c781a5027baa4c8e24e2a58848af0a38bf73946274e80245cba0764f87",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":2}]]},
        {"layers":[{"layer":2,"createdAt":"2026-11-21T22:40:26.9457027Z"}],
        "digest":"sha256:96f1edd791ecad3647890eb4512f011c3174bc54085b0732eccce80f427c7f69",
        "inputs":[[{"selector":"sha256:8a5edab282632443219e051e4ade2d1d5bbc671c781051bf1437897cbdfea0f1","link":3}]]},
        {"digest":"sha256:a97cb2b269241f7064aa9caf7815f3703a09ca9b772865d19ab125b0a7cae337"}]}
        """
}
