import Access
import CacheAPI
import Configuration
import FoundationEssentials
import Logging
import OCI
import Spelling
import SystemPackage

/// Reads settings from flags, then the environment, then a file: the first that has a value decides.
struct SettingsReader: Sendable {
    /// One place where settings come from.
    private struct Source: Sendable {
        let provider: any ConfigProvider
        let place: @Sendable (Setting) -> String
    }

    private let sources: [Source]
    private let environment: [String: String]
    private let reader: ConfigReader

    /// - Parameters:
    ///   - flags: what was given on the command line.
    ///   - environment: all environment variables; empty ones count as not set.
    ///   - file: the configuration file; `LARDER_CONFIG` when `nil`.
    /// - Throws: ``SettingsError`` when the file cannot be read.
    init(flags: [Setting: String], environment: [String: String], file: FilePath?) async throws {
        self.environment = environment
        let variables = environment.filter { $0.key.hasPrefix("LARDER_") && !$0.value.isEmpty }
        var sources = [
            Source(provider: Self.provider("flags", flags), place: \.flag),
            Source(
                provider: EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "larder"),
                place: { $0.variable }),
        ]
        if let file = file ?? variables["LARDER_CONFIG"].map({ FilePath($0) }) {
            let file = try SettingsFile(file)
            let texts = file.entries.mapValues(\.text)
            sources.append(Source(provider: Self.provider("file", texts), place: file.place))
        }
        self.sources = sources
        reader = ConfigReader(providers: sources.map(\.provider))
    }

    private static func provider(_ name: String, _ texts: [Setting: String]) -> InMemoryProvider {
        let pairs = texts.map { setting, text in
            (AbsoluteConfigKey([setting.key]), ConfigValue(.string(text), isSecret: false))
        }
        return InMemoryProvider(name: name, values: Dictionary(pairs) { first, _ in first })
    }

    /// Variables that are no setting and look like one, each with a sentence for people. Others may be for `larder`, which has
    /// the same prefix.
    private func strangeVariables() -> [String] {
        let known = Setting.allCases.map(\.variable) + ["LARDER_CONFIG"]
        return environment.keys.filter { $0.hasPrefix("LARDER_") && !known.contains($0) }.sorted().compactMap { name in
            let names = known.map { String($0.dropFirst(7)) }
            return NearestName.of(String(name.dropFirst(7)), among: names).map {
                "\(name) is set, which means nothing to larderd; did you mean LARDER_\($0)?"
            }
        }
    }

    /// The settings.
    /// - Throws: ``SettingsError`` when the root is missing or a value is not valid.
    func settings() throws -> Settings {
        var settings = Settings(root: try root())
        settings.defaultRegistry = .dockerHub
        settings.environment = environment
        settings.notes = strangeVariables()
        try readConnections(into: &settings)
        try read(
            .anonymous, "all, read or none", { AnonymousAccess(rawValue: $0).map(Optional.some) },
            into: &settings.anonymous)
        try read(
            .defaultScope, "a name of 1 to 200 bytes, as in main", { ScopeName($0) }, into: &settings.defaultScope)
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        try read(.logLevel, "one of \(levels)", { Logger.Level(rawValue: $0) }, into: &settings.logLevel)
        try read(.logFormat, "text or json", { Settings.LogFormat(rawValue: $0) }, into: &settings.logFormat)
        try read(
            .localProjects, "project names with commas between them (lower-case letters, digits, '.', '_', '-')",
            { Self.list($0) { ProjectName($0) } }, into: &settings.localProjects)
        try read(
            .ownHosts, "hosts with commas between them, as in larder.internal:7070",
            { Self.list($0) { try? RegistryHost($0) } }, into: &settings.ownHosts)
        try read(
            .stopTimeout, "a number of seconds from 0 to 3600", { Self.number($0, in: 0...3600) },
            into: &settings.stopTimeout)
        try read(
            .idleTimeout, "a number of seconds from 1 to 86400", { Self.number($0, in: 1...86400) },
            into: &settings.idleTimeout)
        try read(
            .chunkFileSize, "a size from 1MiB to 1GiB, as in 64MiB",
            { ByteCount.parse($0).flatMap { (1 << 20...1 << 30).contains($0) ? $0 : nil } },
            into: &settings.chunkFileSize)
        try read(
            .compressionLevel, "a level from 1 to 19", { Self.number($0, in: 1...19) },
            into: &settings.compressionLevel)
        try read(
            .storeThreads, "a count from 1 to 256", { Self.number($0, in: 1...256) }, into: &settings.storeThreads)
        try readMirrors(into: &settings)
        try readAccess(into: &settings)
        try readLimits(into: &settings)
        try readAudit(into: &settings.audit)
        try refuseContradictions(in: settings)
        return settings
    }

    /// What is said of the audit log alone, for commands that work on a root.
    /// - Throws: ``SettingsError``.
    func audit() throws -> AuditSettings {
        var audit = AuditSettings()
        try readAudit(into: &audit)
        return audit
    }

    private func readAudit(into audit: inout AuditSettings) throws {
        try read(.auditLog, "the path of a file, or off", AuditSettings.Target.init, into: &audit.target)
        try read(
            .auditLogSize, "a size from 1MiB to 1TiB, as in 64MiB",
            { ByteCount.parse($0).flatMap { (1 << 20...1 << 40).contains($0) ? $0 : nil } }, into: &audit.sizeMaximum)
        try read(
            .auditLogCount, "a count from 1 to 1000", { Self.number($0, in: 1...1000) }, into: &audit.countMaximum)
    }

    private func readMirrors(into settings: inout Settings) throws {
        try read(
            .mirrors, "hosts with commas between them, each with a name or without, as in docker.io,quay=quay.io",
            { Self.list($0) { MirrorRules.Entry($0) } }, into: &settings.mirrors.entries)
        try read(
            .defaultRegistry, "a host, as in docker.io, or none",
            { $0 == "none" ? .some(nil) : (try? RegistryHost($0)).map(Optional.some) }, into: &settings.defaultRegistry)
        try read(
            .defaultMirror, "a host, as in docker.io", { try? RegistryHost($0) }, into: &settings.mirrors.fallback)
        try read(
            .mirrorFreshness, "a time up to 30d, as in 5m",
            { TimeSpan.parse($0).flatMap { $0 <= 2_592_000 ? $0 : nil } }, into: &settings.mirrors.freshness)
        try read(
            .upstreamCredentials, "the path of a file", { $0.isEmpty ? nil : FilePath($0) },
            into: &settings.upstreamCredentials)
        try read(
            .upstreamCaFile, "the path of a file", { $0.isEmpty ? nil : FilePath($0) },
            into: &settings.upstreamAuthorities)
        if let host = settings.mirrors.fallback, !settings.mirrors.entries.contains(where: { $0.host == host }) {
            throw SettingsError(
                "\(Setting.defaultMirror.flag): '\(host)' is not among \(Setting.mirrors.flag); add it there.")
        }
    }

    private func readAccess(into settings: inout Settings) throws {
        try read(
            .accessRules, "the path of a file", { $0.isEmpty ? nil : FilePath($0) }, into: &settings.accessRules)
        try read(.htpasswd, "the path of a file", { $0.isEmpty ? nil : FilePath($0) }, into: &settings.passwords)
        try read(.scanGate, "the path of a file", { $0.isEmpty ? nil : FilePath($0) }, into: &settings.scanGate)
        try read(.webhooks, "the path of a file", { $0.isEmpty ? nil : FilePath($0) }, into: &settings.webhooks)
    }

    private func readLimits(into settings: inout Settings) throws {
        try read(.quota, "a size, as in 200GiB", { ByteCount.parse($0).map(Optional.some) }, into: &settings.quota)
        try read(
            .projectQuota, "a size, or names with sizes, as in 20GiB or shop=50GiB,bank=10GiB", ProjectQuota.init,
            into: &settings.projectQuota)
        try read(
            .maxAge, "a time, as in 30d or 12h", { TimeSpan.parse($0).map(Optional.some) }, into: &settings.maxAge)
        try read(
            .pinnedTags, "patterns with commas between them, as in latest,v*", TagPatterns.init,
            into: &settings.pinnedTags)
        try read(
            .immutableTags, "patterns with commas between them, as in v*,shop/*:stable", TagPatterns.init,
            into: &settings.tagRules.immutable)
        try read(
            .retention, "patterns with a count, an age or both, as in ci/*:*=50,pr-*=14d,base:*=10+30d",
            RetentionRule.rules, into: &settings.tagRules.retention)
        try read(
            .completeRepositories, "patterns with commas between them, as in shop/*",
            { Self.list($0) { NamePattern($0) } }, into: &settings.tagRules.complete)
        try read(
            .unmergedCaches, "patterns with commas between them, as in solo-*,shop/cache:*", TagPatterns.init,
            into: &settings.tagRules.unmerged)
        try read(
            .promoteFrom, "patterns with commas between them, each with INTO= or without, as in main=feature/*",
            { Self.list($0) { ScopeRules.Promotion($0) } }, into: &settings.scopeRules.promotions)
        try read(
            .leasePeriod, "a time up to 7d, as in 2h",
            { TimeSpan.parse($0).flatMap { $0 <= 604_800 ? $0 : nil } }, into: &settings.leasePeriod)
        try read(
            .diskReserve, "a size, as in 1GiB", { ByteCount.parse($0).map(Optional.some) },
            into: &settings.diskReserve)
        try read(
            .contentEncodings, "zstd, gzip, both with a comma between them, or none",
            { $0 == "none" ? [] : Self.list($0) { ContentCoding(rawValue: $0) } }, into: &settings.contentEncodings)
        try read(.encodedCopies, "a size, as in 4GiB", ByteCount.parse, into: &settings.encodedCopies)
        try read(
            .maintenanceInterval, "a time up to 1d, as in 1m",
            { TimeSpan.parse($0).flatMap { $0 <= 86_400 ? $0 : nil } }, into: &settings.maintenanceInterval)
        try read(.scrubRate, "a size, as in 4MiB", ByteCount.parse, into: &settings.scrubRate)
    }

    /// The root alone.
    /// - Throws: ``SettingsError`` when it is not set.
    func root() throws -> FilePath {
        guard let text = reader.string(forKey: ConfigKey(Setting.root.key)), !text.isEmpty else {
            throw SettingsError(
                "The directory to keep everything in is not set: give --root DIR, or set LARDER_ROOT, "
                    + "or put \"root\" into the file named by --config.")
        }
        return FilePath(text)
    }

    func read<Value>(
        _ setting: Setting, _ valid: String, _ parse: (String) -> Value?, into value: inout Value
    ) throws {
        guard let text = reader.string(forKey: ConfigKey(setting.key)) else { return }
        guard let parsed = parse(text) else {
            throw SettingsError("\(place(of: setting)) is '\(text)'; valid is \(valid).")
        }
        value = parsed
    }

    /// Whether `setting` was set anywhere.
    func isSet(_ setting: Setting) -> Bool { reader.string(forKey: ConfigKey(setting.key)) != nil }

    /// Where `setting` was set, for people.
    func place(of setting: Setting) -> String {
        let key = AbsoluteConfigKey([setting.key])
        let source = sources.first { (try? $0.provider.value(forKey: key, type: .string))?.value != nil }
        return source?.place(setting) ?? setting.key
    }

    private static func number<Value: FixedWidthInteger>(_ text: String, in range: ClosedRange<Value>) -> Value? {
        Value(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// The parts of `text` between commas, spaces left out; `nil` when `parse` does not take one.
    private static func list<Value>(_ text: String, _ parse: (String) -> Value?) -> [Value]? {
        var values: [Value] = []
        for part in text.split(separator: ",") {
            guard let value = parse(part.filter { $0 != " " }) else { return nil }
            values.append(value)
        }
        return values
    }
}

extension Settings {
    /// How many processors this process may use.
    static var processors: Int { ProcessInfo.processInfo.activeProcessorCount }
}
