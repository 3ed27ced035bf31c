import CacheAPI
import FoundationEssentials
import Logging
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

@Suite("Settings from flags, environment and file")
struct SettingsTests {
    private func settings(
        flags: [Setting: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) async throws -> Settings {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("larderd.json")
            if let file { try Data(file.utf8).write(to: URL(filePath: path.string)) }
            return try await SettingsReader(
                flags: flags, environment: environment, file: file == nil ? nil : path
            ).settings()
        }
    }

    private func message(
        flags: [Setting: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) async -> String {
        do {
            _ = try await settings(flags: flags, environment: environment, file: file)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test("Defaults")
    func defaults() async throws {
        let settings = try await settings(flags: [.root: "/r"])
        #expect(settings.root == "/r")
        #expect(settings.listen == ListenAddress(host: "127.0.0.1", port: 7070))
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
        #expect(settings.localProjects.isEmpty)
        #expect(settings.defaultRegistry == .dockerHub)
        #expect(try await self.settings(flags: [.root: "/r", .defaultRegistry: "none"]).defaultRegistry == nil)
        #expect(settings.stopTimeout == 30)
        #expect(settings.chunkFileSize == 256 << 20)
        #expect(settings.storeThreads >= 4)
    }

    @Test("A flag goes before the environment, that before the file")
    func precedence() async throws {
        let file = #"{"root": "/file", "listen": "127.0.0.1:1", "stopTimeout": 7, "localProjects": ["a", "b"]}"#
        let environment = ["LARDER_ROOT": "/environment", "LARDER_LISTEN": "127.0.0.1:2", "LARDER_LOG_LEVEL": ""]
        let settings = try await settings(flags: [.listen: "[::1]:3"], environment: environment, file: file)
        #expect(settings.listen == ListenAddress(host: "::1", port: 3))
        #expect(settings.listen.description == "[::1]:3")
        #expect(settings.root == "/environment")
        #expect(settings.stopTimeout == 7)
        #expect(settings.localProjects == [ProjectName("a"), ProjectName("b")])
        #expect(settings.logLevel == .info)
    }

    @Test("Every setting can be set in every place")
    func everyPlace() async throws {
        let values: [Setting: String] = [
            .root: "/x", .listen: "localhost:80", .metricsListen: "127.0.0.1:9", .insecureListen: "false",
            .tlsCert: "/tls/cert", .tlsKey: "/tls/key",
            .tlsClientCa: "/tls/ca", .tlsClientAuth: "require",
            .limits: "connections=7, slow-time=2m,body-size=8GiB", .anonymous: "read", .defaultScope: "trunk",
            .logLevel: "debug", .logFormat: "json", .localProjects: "shop,tools",
            .defaultRegistry: "quay.io", .ownHosts: "larder.internal:7070,cache", .stopTimeout: "0", .idleTimeout: "60",
            .chunkFileSize: "64MiB", .compressionLevel: "3",
            .storeThreads: "2", .quota: "200GiB", .projectQuota: "1GiB,shop=2GiB", .maxAge: "30d", .pinnedTags: "v*",
            .immutableTags: "v*,shop/*:stable", .retention: "ci/*:*=50,pr-*=14d", .completeRepositories: "shop/*",
            .unmergedCaches: "solo-*", .promoteFrom: "feature/*,main=release-*",
            .leasePeriod: "1h", .diskReserve: "1GiB", .contentEncodings: "gzip, zstd", .encodedCopies: "3GiB",
            .maintenanceInterval: "5m",
            .scrubRate: "1MiB",
            .mirrors: "docker.io,quay=quay.io", .defaultMirror: "docker.io", .mirrorFreshness: "1h",
            .upstreamCredentials: "/etc/larder/config.json",
            .upstreamCaFile: "/etc/larder/ca.pem",
            .auditLog: "/var/log/larder.log", .auditLogSize: "8MiB", .auditLogCount: "3",
            .accessRules: "/etc/larder/rules.json", .htpasswd: "/etc/larder/users",
            .webhooks: "/etc/larder/webhooks.json", .scanGate: "/etc/larder/scan-gate.json",
        ]
        #expect(values.count == Setting.allCases.count)
        let variables = values.map { ($0.key.variable, $0.value) }
        let keys = values.map { "\"\($0.key.key)\": \"\($0.value)\"" }.joined(separator: ", ")
        let results = [
            try await settings(flags: values),
            try await settings(environment: Dictionary(uniqueKeysWithValues: variables)),
            try await settings(file: "{\(keys)}"),
        ]
        for settings in results {
            #expect(settings.mirrors.entries.map(\.name) == ["docker.io", "quay"])
            #expect(settings.mirrors.fallback?.description == "docker.io" && settings.mirrors.freshness == 3600)
            #expect(settings.defaultRegistry?.description == "quay.io")
            #expect(settings.upstreamCredentials == "/etc/larder/config.json")
            #expect(settings.upstreamAuthorities == "/etc/larder/ca.pem")
            #expect(settings.webhooks == "/etc/larder/webhooks.json")
            #expect(settings.scanGate == "/etc/larder/scan-gate.json")
            #expect(settings.root == "/x")
            #expect(settings.tls?.paths == ["/tls/cert", "/tls/key", "/tls/ca"])
            #expect(settings.tls?.clientAuthentication == .require)
            #expect(settings.limits.connections == 7 && settings.limits.slowTime == .seconds(120))
            #expect(settings.limits.bodyBytes == 8 << 30 && settings.limits.uploads == 1024)
            #expect(settings.listen == ListenAddress(host: "localhost", port: 80))
            #expect(settings.metricsListen == ListenAddress(host: "127.0.0.1", port: 9))
            #expect(settings.logLevel == .debug)
            #expect(settings.logFormat == .json)
            #expect(settings.localProjects.map(\.description) == ["shop", "tools"])
            #expect(settings.ownHosts.map(\.description) == ["larder.internal:7070", "cache"])
            #expect(settings.stopTimeout == 0)
            #expect(settings.idleTimeout == 60)
            #expect(settings.chunkFileSize == 64 << 20)
            #expect(settings.compressionLevel == 3)
            #expect(settings.storeThreads == 2)
            #expect(settings.quota == 200 << 30)
            #expect(settings.projectQuota == ProjectQuota("1GiB,shop=2GiB"))
            #expect(settings.maxAge == 2_592_000)
            #expect(settings.pinnedTags == TagPatterns("v*"))
            #expect(settings.tagRules.isImmutable("stable", in: "shop/api"))
            #expect(settings.tagRules.retention.map(\.countMaximum) == [50, nil])
            #expect(settings.tagRules.requiresCompleteness(in: "shop/api"))
            #expect(!settings.tagRules.mergesCaches("solo-1", in: "shop/api"))
            #expect(settings.leasePeriod == 3600)
            #expect(settings.diskReserve == 1 << 30)
            #expect(settings.contentEncodings == [.gzip, .zstd])
            #expect(settings.encodedCopies == 3 << 30)
            #expect(settings.maintenanceInterval == 300)
            #expect(settings.scrubRate == 1 << 20)
        }
    }

    @Test("Without a root the message says how to give one")
    func missingRoot() async {
        let text = await message()
        #expect(text.contains("--root"))
        #expect(text.contains("LARDER_ROOT"))
    }

    @Test("A bad value is named with its place and what is valid")
    func badValues() async {
        let flag = await message(flags: [.root: "/r", .listen: "7070"])
        #expect(flag.contains("--listen is '7070'"))
        #expect(flag.contains("HOST:PORT"))
        let variable = await message(flags: [.root: "/r"], environment: ["LARDER_LOG_LEVEL": "loud"])
        #expect(variable.contains("LARDER_LOG_LEVEL is 'loud'"))
        #expect(variable.contains("debug"))
        let key = await message(flags: [.root: "/r"], file: "{\n  \"$comment\": \"few\",\n  \"storeThreads\": 0\n}")
        #expect(key.contains("'storeThreads' in /"))
        #expect(key.contains("larderd.json:3 is '0'"), "\(key)")
    }

    @Test("A variable that looks like a setting and is none is told, others may be the client's")
    func strangeVariables() async throws {
        let settings = try await settings(
            flags: [.root: "/r"],
            environment: [
                "LARDER_QUOTTA": "1GiB", "LARDER_LOGLEVEL": "debug", "LARDER_LISTEN": "127.0.0.1:1", "QUOTTA": "z",
                "LARDER_SERVER": "http://127.0.0.1:7070", "LARDER_TOKEN": "x", "LARDER_STATE": "y",
            ])
        #expect(
            settings.notes == [
                "LARDER_LOGLEVEL is set, which means nothing to larderd; did you mean LARDER_LOG_LEVEL?",
                "LARDER_QUOTTA is set, which means nothing to larderd; did you mean LARDER_QUOTA?",
            ])
    }

    @Test(
        "A file that cannot be used is named, with the reason",
        arguments: [
            ("{\n\"listn\": \"127.0.0.1:1\"}", ":2: unknown key 'listn'; did you mean 'listen'?"),
            (#"{"log-level": "info"}"#, ":1: unknown key 'log-level'; did you mean 'logLevel'?"),
            (#"{"nonsense!": 1}"#, "the keys are root, listen, "), ("[]", ":1: the file must hold one JSON object"),
            (#"{"listen": {"port": 1}}"#, ":1: the value of 'listen' must be a text"),
            (#"{"localProjects": ["a", 1]}"#, "a list of texts"), ("{\"listen\":\n", ":2: "),
            (#"{"quota": "1GiB", "quota": "2GiB"}"#, "quota"), ("", ":1: "),
        ])
    func badFiles(file: String, reason: String) async {
        let text = await message(flags: [.root: "/r"], file: file)
        #expect(text.contains("larderd.json"))
        #expect(text.contains(reason))
    }

    @Test(
        "Only what this machine alone reaches is served without TLS, or what is said to be insecure",
        arguments: ["0.0.0.0:7070", "[::]:7070", "10.0.0.7:7070", "larder.internal:7070", "127.0.0.1.example:80"])
    func insecureListening(address: String) async throws {
        let text = await message(flags: [.root: "/r"], environment: ["LARDER_LISTEN": address])
        #expect(text.hasPrefix("LARDER_LISTEN is '\(address)'"))
        #expect(text.contains("--tls-cert FILE and --tls-key FILE") && text.contains("--insecure-listen"))
        let insecure = try await settings(flags: [.root: "/r", .listen: address, .insecureListen: "true"])
        #expect(insecure.tls == nil && insecure.listen.description == address)
        let secure = try await settings(flags: [.root: "/r", .listen: address, .tlsCert: "/c", .tlsKey: "/k"])
        #expect(secure.tls == TLSFiles(certificate: "/c", key: "/k"))
        #expect(secure.listen.description == address)
    }

    @Test(
        "What this machine alone reaches",
        arguments: ["127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"])
    func loopback(address: String) async throws {
        #expect(try await settings(flags: [.root: "/r", .listen: address]).tls == nil)
    }

    @Test(
        "Settings that contradict each other are refused with their places",
        arguments: [
            (["tlsCert": "/c"], ["--tls-cert is set", "--tls-key (LARDER_TLS_KEY) is not"]),
            (["tlsKey": "/k"], ["--tls-key is set", "--tls-cert (LARDER_TLS_CERT) is not"]),
            (["tlsClientCa": "/a"], ["--tls-client-ca is set", "--tls-cert"]),
            (["tlsClientAuth": "require"], ["--tls-client-auth is set", "--tls-cert"]),
            (
                ["tlsCert": "/c", "tlsKey": "/k", "tlsClientAuth": "require"],
                ["--tls-client-auth is set", "--tls-client-ca"]
            ),
            (
                ["tlsCert": "/c", "tlsKey": "/k", "tlsClientAuth": "optional"],
                ["--tls-client-auth is set", "--tls-client-ca"]
            ),
            (
                ["tlsCert": "/c", "tlsKey": "/k", "tlsClientCa": "/a", "tlsClientAuth": "none"],
                ["--tls-client-ca names authorities", "--tls-client-auth says"]
            ),
            (["tlsCert": "/c", "tlsKey": "/k", "insecureListen": "true"], ["--insecure-listen", "--tls-cert"]),
            (
                ["tlsCert": "/c", "tlsKey": "/k", "tlsClientAuth": "maybe"],
                ["--tls-client-auth is 'maybe'", "optional"]
            ),
            (["insecureListen": "yes"], ["--insecure-listen is 'yes'", "true or false"]),
            (
                ["anonymous": "all", "accessRules": "/r"],
                ["--access-rules means nothing", "--anonymous lets everybody"]
            ),
            (["anonymous": "all", "htpasswd": "/p"], ["--htpasswd means nothing", "--anonymous lets everybody"]),
            (["auditLog": "off", "auditLogSize": "1MiB"], ["--audit-log-size means nothing", "--audit-log says"]),
            (["auditLog": "off", "auditLogCount": "3"], ["--audit-log-count means nothing", "--audit-log says"]),
            (
                ["contentEncodings": "none", "encodedCopies": "1GiB"],
                ["--encoded-copies means nothing", "--content-encodings says"]
            ),
            (["mirrorFreshness": "5m"], ["--mirror-freshness means nothing", "--mirrors (LARDER_MIRRORS)"]),
        ])
    func contradictions(given: [String: String], parts: [String]) async throws {
        let pairs = given.compactMap { key, text in Setting(rawValue: key).map { ($0, text) } }
        let known = Dictionary(uniqueKeysWithValues: pairs)
        #expect(known.count == given.count)
        let text = await message(flags: known.merging([.root: "/r"]) { first, _ in first })
        for part in parts { #expect(text.contains(part), "\(text)") }
        // The same in the environment is named so.
        let variables = Dictionary(uniqueKeysWithValues: known.map { ($0.key.variable, $0.value) })
        let second = await message(flags: [.root: "/r"], environment: variables)
        #expect(second.hasPrefix("LARDER_"), "\(second)")
    }

    @Test("What one setting makes of another is no contradiction")
    func compatible() async throws {
        for flags in [
            [.anonymous: "read", .accessRules: "/r"], [.anonymous: "none", .htpasswd: "/p", .accessRules: "/r"],
            [.auditLog: "off"], [.contentEncodings: "none", .encodedCopies: "0"], [.contentEncodings: "none"],
            [.mirrors: "docker.io", .mirrorFreshness: "5m"],
        ] as [[Setting: String]] {
            _ = try await settings(flags: flags.merging([.root: "/r"]) { first, _ in first })
        }
    }

    @Test("A client CA alone asks clients, and does not require")
    func clientAuthorityAlone() async throws {
        let settings = try await settings(flags: [.root: "/r", .tlsCert: "/c", .tlsKey: "/k", .tlsClientCa: "/a"])
        #expect(settings.tls?.clientAuthentication == .optional)
    }

    @Test("A file that is not there is an error")
    func missingFile() async {
        let text = await message(flags: [.root: "/r"], environment: ["LARDER_CONFIG": "/nowhere/larderd.json"])
        #expect(text.contains("/nowhere/larderd.json"))
    }

    @Test(
        "Addresses that are none",
        arguments: ["", ":", "localhost", "localhost:", ":80", "h:65536", "h:-1", "::1:80", "a b:1", "http://h:1"])
    func addresses(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test("Sizes are read and written")
    func sizes() {
        #expect(ByteCount.parse("1GiB") == 1 << 30)
        #expect(ByteCount.parse("12") == 12)
        #expect(ByteCount.parse("3B") == 3)
        for text in ["2g", "2G", "2Gi", "2GiB", "2gb", "2048m", "2097152k"] {
            #expect(ByteCount.parse(text) == 2 << 30)
        }
        for text in ["", "g", "GiB", "-1g", "+1g", "1 g", "1gi b", "1bi", "1x", "1ii"] {
            #expect(ByteCount.parse(text) == nil)
        }
        #expect(ByteCount.parse("1.5GiB") == nil)
        #expect(ByteCount.parse("99999999999TiB") == nil)
        #expect(ByteCount.describe(0) == "0 B")
        #expect(ByteCount.describe(1023) == "1023 B")
        #expect(ByteCount.describe(1536) == "1.5 KiB")
        #expect(ByteCount.describe(.max) == "16777215.9 TiB")
    }
}
