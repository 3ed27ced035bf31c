import ChunkStore

/// One thing that can be set about a server, with its names in every place it can be set.
enum Setting: String, CaseIterable, Sendable {
    case root
    case listen
    case metricsListen
    case anonymous
    case defaultScope
    case insecureListen
    case tlsCert
    case tlsKey
    case tlsClientCa
    case tlsClientAuth
    case limits
    case logLevel
    case logFormat
    case localProjects
    case defaultRegistry
    case ownHosts
    case mirrors
    case defaultMirror
    case mirrorFreshness
    case upstreamCredentials
    case upstreamCaFile
    case accessRules
    case htpasswd
    case stopTimeout
    case idleTimeout
    case chunkFileSize
    case compressionLevel
    case storeThreads
    case quota
    case projectQuota
    case maxAge
    case pinnedTags
    case immutableTags
    case retention
    case completeRepositories
    case unmergedCaches
    case promoteFrom
    case leasePeriod
    case diskReserve
    case contentEncodings
    case encodedCopies
    case maintenanceInterval
    case scrubRate
    case auditLog
    case auditLogSize
    case auditLogCount
    case webhooks
    case scanGate

    /// The key in the configuration file.
    var key: String { rawValue }

    /// The flag on the command line, as in `--log-level`.
    var flag: String { "--" + words.joined(separator: "-") }

    /// The environment variable, as in `LARDER_LOG_LEVEL`.
    var variable: String { "LARDER_" + words.map { $0.uppercased() }.joined(separator: "_") }

    /// What a value looks like, for people.
    var form: String {
        switch self {
        case .root: "DIR"
        case .listen, .metricsListen: "HOST:PORT"
        case .anonymous: "all|read|none"
        case .defaultScope: "NAME"
        case .insecureListen: "true|false"
        case .tlsCert, .tlsKey, .tlsClientCa: "FILE"
        case .tlsClientAuth: "none|optional|require"
        case .limits: "NAME=VALUE,…"
        case .logLevel: "LEVEL"
        case .logFormat: "text|json"
        case .localProjects: "NAME,NAME,…"
        case .defaultRegistry: "HOST|none"
        case .ownHosts: "HOST,HOST,…"
        case .mirrors: "[NAME=]HOST,…"
        case .defaultMirror: "HOST"
        case .mirrorFreshness: "DURATION"
        case .upstreamCredentials, .upstreamCaFile, .accessRules, .htpasswd, .webhooks, .scanGate: "FILE"
        case .stopTimeout, .idleTimeout: "SECONDS"
        case .chunkFileSize, .auditLogSize: "SIZE"
        case .auditLog: "FILE|off"
        case .auditLogCount: "COUNT"
        case .compressionLevel: "LEVEL"
        case .storeThreads: "COUNT"
        case .quota, .diskReserve, .encodedCopies, .scrubRate: "SIZE"
        case .projectQuota: "SIZE|NAME=SIZE,…"
        case .contentEncodings: "zstd,gzip|none"
        case .maxAge, .leasePeriod, .maintenanceInterval: "DURATION"
        case .pinnedTags, .immutableTags, .completeRepositories, .unmergedCaches: "PATTERN,PATTERN,…"
        case .promoteFrom: "[INTO=]PATTERN,…"
        case .retention: "PATTERN=COUNT|AGE|COUNT+AGE,…"
        }
    }

    /// The value when none is given, for people; `nil` when there must be one.
    var defaultText: String? {
        switch self {
        case .root: nil
        case .listen: "127.0.0.1:7070"
        case .metricsListen: "only at /metrics of the server, for who may read all projects"
        case .anonymous: "all on loopback as long as there is no token, else none"
        case .defaultScope: "main"
        case .insecureListen: "false"
        case .tlsCert, .tlsKey: "plain HTTP is served"
        case .tlsClientCa: "none"
        case .tlsClientAuth: "optional with a client CA, else none"
        case .limits: "as the documentation has them"
        case .logLevel: "info"
        case .logFormat: "text"
        case .localProjects: "any project"
        case .defaultRegistry: "docker.io"
        case .ownHosts: "the address it listens on"
        case .mirrors: "none"
        case .defaultMirror: "none"
        case .mirrorFreshness: "5m"
        case .upstreamCredentials: "only what needs no login is pulled"
        case .upstreamCaFile: "SSL_CERT_FILE, if that is set"
        case .accessRules: "no job and no user is known"
        case .htpasswd: "no user is known"
        case .stopTimeout: "30"
        case .idleTimeout: "300"
        case .chunkFileSize: "256MiB"
        case .compressionLevel: "\(PackSettings().level)"
        case .storeThreads: "twice the processors, at least 4"
        case .quota: "what the disk has"
        case .projectQuota: "no limit"
        case .maxAge: "no limit"
        case .pinnedTags: "*"
        case .immutableTags, .completeRepositories, .unmergedCaches, .promoteFrom: "none"
        case .retention: "all tags are kept"
        case .leasePeriod: "2h"
        case .diskReserve: "512MiB, or a twentieth of a small disk"
        case .contentEncodings: "zstd"
        case .encodedCopies: "1GiB"
        case .maintenanceInterval: "1m"
        case .scrubRate: "4MiB"
        case .auditLog: "audit.log in the root"
        case .auditLogSize: "64MiB"
        case .auditLogCount: "10"
        case .webhooks: "nobody is told"
        case .scanGate: "no image is judged"
        }
    }

    /// What it is, for people: one sentence without a full stop.
    var summary: String {
        switch self {
        case .root: "The directory that everything is kept in; made when it does not exist"
        case .anonymous: "What whoever does not show who they are may do"
        case .defaultScope: "The scope that everybody reads who reads a project, and whose writers write any tag"
        case .listen: "The address to serve on; port 0 takes a free one"
        case .metricsListen:
            "Another address to serve /metrics and /healthz on, to everybody who reaches it, as plain HTTP; as in 127.0.0.1:7071"
        case .insecureListen: "Serve plain HTTP to other machines, too: whoever is on the way can read and change it"
        case .tlsCert:
            "The server's certificate, PEM, and those it was signed with: serves HTTPS; read again when it changes"
        case .tlsKey: "The private key of the certificate, PEM, without a passphrase"
        case .tlsClientCa: "Certificates, PEM, of the authorities whose client certificates are believed"
        case .tlsClientAuth: "Whether clients show a certificate"
        case .limits: "How much clients may ask, and how slowly: \(Limits.names.joined(separator: ", "))"
        case .logLevel: "Log from here up: trace, debug, info, notice, warning, error"
        case .logFormat: "How log lines look"
        case .localProjects: "The projects whose images a FROM without a host may name"
        case .defaultRegistry:
            "Where a FROM without a host finds what is not on this server, unless its project is"
        case .ownHosts: "More names under which clients know this server, as HOST[:PORT]"
        case .mirrors: "Registries whose repositories can be pulled from here, below NAME/ or HOST/, or with ?ns=HOST"
        case .defaultMirror:
            "The mirrored registry of names whose project is not on this server, for docker's registry-mirrors"
        case .mirrorFreshness: "How long a tag of another registry is believed before it is asked for again"
        case .upstreamCredentials: "Logins for other registries: a config.json as docker login writes it"
        case .upstreamCaFile:
            "Certificates, PEM, of authorities that are believed besides the system's, for other registries"
        case .accessRules:
            "Whose ID tokens are believed, and what jobs and users may do: a JSON file, which is read again when it changes"
        case .htpasswd:
            "The passwords of users, with bcrypt as htpasswd -B writes them; what they may do is among the access rules"
        case .stopTimeout: "How long a stop waits for requests under way"
        case .idleTimeout: "How long a connection may stay silent before it is closed"
        case .chunkFileSize: "The length from which a chunk file is sealed; 1MiB to 1GiB"
        case .compressionLevel: "The zstd level of what maintenance packs; 1 to 19"
        case .storeThreads: "Threads for disk and compression; 1 to 256"
        case .quota: "The most bytes to keep on disk; beyond, what was not used for longest is evicted"
        case .projectQuota: "The most deduplicated bytes of each project, or of the projects named"
        case .maxAge: "Evict steps and untagged images that were not used for so long, as in 30d"
        case .pinnedTags: "Tags that are never evicted, as in v* or shop/*:v*; others go like steps, by last use"
        case .immutableTags: "Tags that cannot be moved or deleted once they are there, as in v* or shop/*:v*"
        case .retention:
            "Which tags go by themselves: all but the COUNT used last, those not used for AGE, or, with a + between, those "
                + "that both applies to; as in ci/*:*=50,pr-*=14d"
        case .completeRepositories: "Repositories that refuse images of which a layer is missing, as in shop/*"
        case .unmergedCaches:
            "Tags whose BuildKit caches replace each other instead of being merged, as in shop/*:solo-*"
        case .promoteFrom:
            "Scopes whose steps other scopes, or INTO, find and take over, as in main=feature/*: trust their writers"
        case .leasePeriod: "How long what was stored or reported is kept though nothing refers to it; 0 to 7d"
        case .diskReserve: "How much of the disk uploads leave free"
        case .contentEncodings:
            "In what uncompressed layers are sent to clients that accept it; gzip helps below some 500 Mbit/s only"
        case .encodedCopies:
            "The most bytes of layers to keep compressed beside the store, for clients that ask often; 0 for none"
        case .maintenanceInterval: "How often to evict, collect, compact and pack; 0 for never"
        case .scrubRate: "How much of what is stored to verify each second, in the background; 0 for never"
        case .auditLog: "Where to write down who changed what, who logged in and what was refused, as lines of JSON"
        case .auditLogSize: "The length from which a new audit log is begun; 1MiB to 1TiB"
        case .auditLogCount: "How many audit logs to keep, with the one that is written; 1 to 1000"
        case .webhooks:
            "Who is told of images, tags and evictions: a JSON file with URLs, which is read again when it changes"
        case .scanGate:
            "Who judges images before their tags are set: a JSON file with a command or a URL, which is read again when it changes"
        }
    }

    /// The words of the key: `logLevel` has `log` and `level`.
    private var words: [String] {
        rawValue.reduce(into: [""]) { words, character in
            if character.isUppercase { words.append("") }
            words[words.count - 1] += character.lowercased()
        }
    }
}
